"""Looks into files for the pages, reading a few hundred kilobytes, each file in its own process.

`select` chooses the files, `source` reads ranges of them, `workshop` hands those to a process that
is bounded in time and memory (`worker`, which gives one file at a time to a module in `formats`).
What comes back is `blocks`: data, never HTML.

`privacy` says whose files may be looked into at all, and `result` is what a page gets.

Face: make, blocks, privacy, result.
"""
