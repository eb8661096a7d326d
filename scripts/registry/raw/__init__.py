"""Raw datasets: what `sync` does for the other sections, for the one that DVC versions.

`dvc` runs DVC. `cache` is DVC's cache here, `manifest` a version's list of files in S3,
`prefetch` fills the cache quickly before DVC checks it out. `pull` and `push` are the stories;
`verify` compares bytes, `verified` remembers what was found right.

Face: dvc, cache, manifest, prefetch, pull, push, verify, verified.
"""
