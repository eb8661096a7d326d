"""Doctor: proves that everything works, one check after the other, each with its cure.

`check` runs them: `local` looks at this machine and clone, `access` at the way to S3, `bucket` at
what S3 holds and can do. `programs`, `leftovers` and `plain_dvc` are further checks of
this clone, `raw_objects` one of the bucket.

Face: check, local, access, bucket.
"""
