"""Publish: gives what Git's public.yml names to everybody, whole, checked, and no more than may be.

`allowlist` reads public.yml, `gates` says why an entry may not go out, `sources` where its bytes
are. `layout` names the objects of a public mirror and `documents` writes their texts; `targets` is
where they go, a `folder` or a `bucket`. `carrier` brings bytes there, `publication` one entry with
all of its parts in their order; `readback` reads it as a stranger would, by `visitors`, without
keys. `delisting` takes out what public.yml no longer names: the index at once, the bytes after a
week. `plan` says what will be done, `bom` writes the bill of materials of an entry and all it is
made from, `signatures` signs and verifies.

Face: allowlist, bom, bucket, carrier, delisting, documents, folder, gates, layout, plan,
publication, readback, signatures, sources, targets, visitors.
"""
