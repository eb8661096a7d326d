"""Status: says how every entry is, here and in S3, and changes nothing.

`states` are the words, `known` is what all looks share. `inspect` looks at one entry
(`inspect_raw` at a raw dataset), `cache` remembers what it saw while nothing changed; `summary`
adds all up, `cures` proposes what to type, `render` prints it. `quick_check` is the gate of pull
and push: it names the entries that may have something to move.

Face: states, known, inspect, cache, summary, cures, render, quick_check.
"""
