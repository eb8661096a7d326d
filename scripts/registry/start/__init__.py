"""Starting a registry: from nothing, from a repository, from a bucket or from folders.

`fetch` brings a repository with a history of its own, `former` reads it, `shared` finds where
everybody gets that, `join` makes its history and ours one, `drafts` writes cards for entries that
have none, `plan` says and does all of it, `debts` lists what is wrong with the cards, `undo` goes
back.
`ancestor` finds the version that a copy without our history was made from.

Face: fetch, former, shared, join, drafts, plan, undo, ancestor.
"""
