"""Experiments: which are kept, which are garbage, and the rules that keep them out of Git and S3.

`ledger` reads and writes experiments/.gitignore, `state` asks Git what it ignores and tracks,
`rules` judges both.

Face: ledger, state, rules.
"""
