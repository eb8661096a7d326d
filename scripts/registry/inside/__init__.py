"""What an entry holds, without downloading it: its files and sizes, and bytes of them in ranges.

`contents` lists an entry's files from the best source there is: the content list of its version in
S3, S3's listing, DVC's list of files, or this machine; `ranges` reads bytes of one. `run` reads the
configuration and metrics of a training run, `series` its curves, also those of TensorBoard's
`events`, whose folders `boards` puts together; `judge` says which of two values is better,
`beside` lays runs side by side. Everything here looks and changes nothing.

Face: contents, ranges, run, series, judge, beside.
"""
