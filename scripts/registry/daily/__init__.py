"""Daily: what a pull and a push of many entries do, from the gate to the summary.

The `gate` lets one command in at a time. A `choice` is made of the entries that may have something
to move, by a `quick_check` of markers and stats; `moves` of entries are obeyed. `pull` and `push`
then carry each one's plan out and say what became of it. Before a push `experiments` checks their
rules, after it `uncommitted` says what Git does not have yet.

Face: gate, pull, push, experiments, uncommitted.
"""
