"""Transfer: moves the bytes of a job that others decided on, and reports what moved.

`engine` chooses who moves a `job`: `direct` (requests of our own) or `aws` (`aws s3 sync` over a
stage). `run` is a job under way in `direct`, an `order` one request of it: `small` files need no
more, `parts` are of big ones, `files` a file at this end of a request. The `pool` has the requests
of all jobs made, as many at once as its `governor` says; a `twin` is a second process that is given
`shares` of the small files, each a `lot`. `process` runs aws, `watchdog` ends a program that hangs.

Face: engine, aws, job, watchdog.
"""
