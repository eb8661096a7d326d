"""Sync: one entry's push, pull, reset, removal and seal, each promise kept in one place.

`push` and `pull` are the stories, read top to bottom. Both take a `survey` of the three sides
(`push_view` is the push's), which fills `tables` and has `compare` make a plan of them
(`local_bytes` reads what a stat cannot tell, `reset_plan` is the plan of a reset). They pass the
`guards`, and hold the entry by a `claim` on its `marker`, so that of two people who push one is
refused. `upload` and `download` move what was planned by `transfer` and verify it (`copies` finds
what S3 holds already); `deletion` takes out of S3 what a push deletes, `placing` changes the
entry's folder, where `place` puts one file, and `trash` keeps what they replace.
`seal` vouches for an entry without a push, `verify` reads every byte of it (`framing`), `remove`
takes it out of S3. `versions` gives what is sealed its version and record, `lineage` what it was
made from, `history` reads the records. `set_aside` has what a push replaces in S3 `kept`,
`rollback` brings it back from its `sources`, or the bucket's own `past`, by the `way_back`; `diff`
compares two states, which `sides` reads.
`free` gives the disk back for `free_mirrored` and raw entries by a `proof` that S3 has all of one,
refused by `free_rules`, also where it is `archived`; `usage` tells when it was used last; `dark`
finds what no card speaks of.
`refusals` and `describe` are the words for it.

Face: push, pull, remove, survey, compare, marker, refusals, place, trash, claim, guards,
describe, seal, verify, versions, lineage, history, kept, rollback, sources, diff, sides,
free, free_mirrored, free_rules, proof, archived, usage, dark, deletion.
"""
