"""Doctor: proves that everything works, one check after the other, each with its cure.

`check` runs them: `local` looks at this machine and clone, `access` at the way to S3, `bucket` at
what S3 holds and can do; `leftovers`, `plain_dvc` and
`raw_objects` are checks of theirs.

Face: check, local, access, bucket.
"""
