"""Move: an entry takes another name or section, and nothing that names it is left behind.

`ways` says which moves make sense. `plan` is all that a move changes, written down before the first
effect, so that the same command goes on after a crash and UNDO=1 goes back; `draft` makes it, with
the `texts` rewritten, and `tell` says it. `local` carries out what lies here. `stored` carries out
what lies in S3, within `reach` and if it is `fit`: under `claims` on the markers it makes `copies`,
or has an entry `replaced`, and what is `known` here goes along. Then it is `waiting` for Git:
`settle` takes the old keys away once Git knows, `follow` renames a colleague's folder. `next_steps`
are what a person types after it.

Face: ways, plan, draft, local, stored, settle, follow, waiting, tell, next_steps, reach.
"""
