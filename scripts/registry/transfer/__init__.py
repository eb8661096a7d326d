"""Transfer: moves the bytes of a job that others decided on, and reports what moved.

`engine` chooses who moves a `job`: `aws` (`aws s3 sync` over a stage) or `rclone`. `process` runs
such a program, `watchdog` ends one that hangs, `batch` lets several entries share a start.

Face: engine, aws, rclone, job, batch, process, watchdog.
"""
