"""Transfer: moves the bytes of a job that others decided on, and reports what moved.

`engine` chooses who moves a `job`: `direct` (requests of our own) or `aws` (`aws s3 sync` over a
stage). `run` is a job under way in `direct`, `parts` the files that travel in parts, `files` a file
at this end of a request, `pool` the threads that do the requests of all jobs. `process` runs aws,
`watchdog` ends a program that hangs.

Face: engine, aws, job, watchdog.
"""
