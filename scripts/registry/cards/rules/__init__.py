"""The rules of cards: small functions that are given a card and yield (line, message).

`card` lists the rules of one card in the order they are told; each lives beside its like in
`fields`, `required`, `body`, `references`, `mentions`, `licenses`, `links` and `secrets`; `names`
says what a name that no entry has was meant to be. `entries` judges cards and folders together,
`remote` what S3 holds without a card.

Face: card, entries, remote, fields, body, licenses, links, references, mentions, secrets, required.
"""
