"""The nouns of the registry: what its verbs, the scripts beside this folder, have in common.

Nouns print nothing and order no steps: they answer questions, or do one thing and report it.
"""
