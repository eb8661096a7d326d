"""The index: an entry's files on three sides, and what is remembered of them.

`scan` walks what is here, `baseline` keeps what this checkout last verified, `listing` reads what
S3 holds. All three are a `table` of packed rows: `path_ids` numbers the paths, `columns` hold the
cells and `pages` store them, so that a million files compare at the speed of memory. `hashes` knows
which files hold the bytes of which ETag, `journal` what an unfinished run was about to do,
`fingerprints` whether a folder changed at all, `content` the hash of each file and of all, which is
an entry's version; `checksummed` writes and reads files that must be whole.

Face: scan, baseline, listing, table, path_ids, stats, hashes, journal, content, checksummed,
fingerprints.
"""
