"""A model of the sync protocol: one entry, a few users, any interleaving, an oracle that forgets
nothing. Disks and store are in memory; every decision is taken by the real `registry.sync.compare`.

A command is a generator: it yields the name of its next step, and what lies between two yields
is atomic. Anything may happen between two steps: another user's step, an edit, a crash.
"""
