"""Raw datasets: what `sync` does for the other sections, for the one that DVC versions.

A `dataset` is an entry with what its `.dvc` file says; `walk` and `ignore` see its files as DVC
does. An object (`objects`) is a file or a list of files that DVC keeps under its MD5: `cache` knows
those here, `stored` those in S3, `manifest` those of a version. `pull` fills the cache (`prefetch`)
and has DVC check it out, `push` sends what S3 lacks, `reset`, `verify`, `remove` and `free` (whose
`free_cache` takes what DVC keeps for one dataset alone) are the other stories, and `leaving` is an
entry of any section that is removed; `room` tells what a pull takes on the disks, `compare` reads
bytes, `changes` tells edits, `verified` remembers what was found right, `history` reads the
versions out of Git's log, `diff` compares two, `dvc` runs DVC.

Face: dataset, cache, changes, compare, diff, dvc, free, history, leaving, manifest, objects,
prefetch, pull, push, remove, reset, room, stored, verified, verify.
"""
