"""Cards: read, judge, repair, draft and export the front matter and text of an entry's card.

A card is read by `card` (`front_matter`, `yaml_reader`, `yaml_values` and `markdown` below it).
What its fields may hold is data in `schema`, whose `kinds` and `formats` judge one value each.
`check` says whether cards are good, by the rules in `rules/`; `library` is all cards at once, for
rules that follow references; `lineage` follows them from one entry, and `retire` says that one is
not to be built on. `draft`, `questions` and `code` begin a card. `adopt` begins that of an old one
by `clues` in its text, each a `clue`: `code_clues`, `entry_clues`, `license_clues`, and by the
`relations` of cards, which name each other. `edit` and
`repair` change a card, `hub` exports it. `debt` lists the problems of old cards that are tolerated,
`gather` makes one of many; `hub_keys` and `hub_lists` hold what the Hub knows besides. `licenses`
knows what each license allows, `backlinks` where cards name an entry; `rename` rewrites that,
`convert` with `retell` makes a card one of another section.

Face: card, front_matter, schema, kinds, formats, vocabulary, markdown, yaml_values, library,
licenses, lineage, check, repair, edit, draft, clues, questions, code, hub, hub_lists, debt, gather,
adopt, backlinks, personal, rename, convert, retell, retire, rules.
"""
