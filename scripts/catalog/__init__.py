"""The static site of the registry: what is known of every entry, and the pages that show it."""
