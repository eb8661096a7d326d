"""One module per format: `show(file)` reads as little of it as it can, and returns blocks.

They run in the worker's process alone, on files that may say anything, and import their libraries
themselves: one that is not installed costs its format only.

Face: text, table, json_lines, json_text, notebook, columnar, image, audio, tensors, array, pickled,
archive, hexadecimal.
"""
