"""The remote: where the registry is, as whom we come, and the S3 client that asks it.

`location` is the place and the way there, one decision: DVC's own config says it (`dvc_config`, of
each `config_file`), and what that leaves open, AWS's (`aws_settings`, of two `ini` files).
`settings` writes it, `describe` words it, `aws_command` is a command that goes there. `connect`
opens a `session` and proves that S3 answers; it starts the store of this clone if need be
(`embedded`, a `store_process`), and where nobody gets in, `no_access` explains why. `s3` speaks S3:
an `exchange` sends each `request`, signed by `sigv4` with the `keys` that `credentials` finds (by
`indirect` where they are not plain), and takes its `answer` or gives one of the `errors`;
a listing's pages are `objects`. Its `connections` to an `address` speak `http`, maybe by a `proxy`,
encrypted as `tls` has it, and read their `inflow`.
`children` hands the decision to aws and DVC; `key_server` gives them keys that expire.
`server_copy` copies objects on the server, by `copy_requests`, large ones in `copy_parts`.
`old_objects` lists what a bucket with versioning keeps. `capabilities` asks what the store can do,
and `etag` knows what an ETag says about bytes.

Face: location, dvc_config, config_file, settings, credentials, children, describe, aws_command,
connect, session, s3, http, server_copy, copy_requests, old_objects, etag,
capabilities, embedded.
"""
