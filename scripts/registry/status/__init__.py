"""Status: says how every entry is, here and in S3, and changes nothing.

`states` are the words. `look` looks at all entries at once, `known` is what these looks share;
`inspect` looks at one entry (`inspect_raw` at a raw dataset), and has it compared if it must
(`compare_mirrored`, `compare_raw`); `cache` keeps what it saw while nothing changed. `summary` adds
all up, `cures` proposes what to type where the `outlook` is good, `render` writes it down, cell by
cell (`cells`).

Face: states, look, known, inspect, cache, summary, cures, outlook, render.
"""
