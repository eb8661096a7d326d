"""What the verbs of scripts/ share, in rooms; the modules of this folder are the ground floor.

Verbs import nouns, and nouns never import verbs. The ground floor is imported by all and imports
no room. Above it the rooms stand on each other, and imports run down only:

    daily                   a pull and a push of many entries, from the gate to the summary
    doctor  status          look and tell, change nothing (so does scripts/catalog/)
    start  move             take a registry over; give an entry another name
    inside  publish         what is in an entry, without fetching it; entries for everybody
    raw                     what `sync` does, for the section that DVC versions
    sync                    one entry's push and pull: look, plan, guard, move, verify, seal
    transfer  index         move bytes; know what is here, what was verified, what S3 lists
    remote                  where the registry is, as whom, and the store's answers
    cards  experiments      what people write, and its rules (these know of no S3)

Nouns print nothing and order no steps: they answer questions, or do one thing and report it.
"""
