"""The remote: where the registry is, as whom we come, and the S3 client that asks it.

`location` is the place, read from DVC's own config by `dvc_config`; `settings` writes it.
`connect` opens a `session` and proves that S3 answers; it starts the store of this clone
(`embedded`) if need be. `s3` speaks S3 over `http`, signed by `sigv4` with what `credentials`
finds. `capabilities` asks what the store can do, and `etag` knows what an ETag says about bytes.

Face: location, dvc_config, settings, credentials, connect, session, s3, http, etag, capabilities,
embedded.
"""
