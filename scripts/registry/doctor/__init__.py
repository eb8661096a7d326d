"""Doctor: proves that everything works, one check after the other, each with its cure.

`check` runs them: `local` looks at this machine and clone, `access` at the way to S3, `promises`
at what the store can do, `bucket` at what it holds. `programs`, `leftovers` and `plain_dvc` are
further checks of this clone, `raw_objects` one of the bucket.

Face: check, local, access, promises, bucket.
"""
