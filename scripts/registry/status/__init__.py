"""Status: says how every entry is, here and in S3, and changes nothing.

`states` are the words. `look` looks at all entries at once, `known` is what these looks share;
`inspect` looks at one entry (`inspect_raw` at a raw dataset), and has it compared if it must
(`compare_mirrored`, `compare_raw`); `cache` keeps what it saw while nothing changed. `summary` adds
all up, `cures` proposes what to type where the `outlook` is good, `render` writes it down, cell by
cell (`cells`). `quick_check` is the gate of pull and push: it names the entries that may have
something to move.

Face: states, look, known, inspect, cache, summary, cures, outlook, render, quick_check.
"""
