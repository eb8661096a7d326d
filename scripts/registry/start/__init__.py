"""Starting a registry: from nothing, from a repository, from a bucket or from folders.

`former` reads a repository with a history of its own, `shared` finds where everybody gets that,
`join` makes its history and ours one,
`drafts` writes cards for entries that have none, `plan` says and does all of it, `debts`
lists what is wrong with the cards, `undo` goes back.
`ancestor` finds the version that a copy without our history was made from.

Face: former, shared, join, drafts, plan, undo, ancestor.
"""
