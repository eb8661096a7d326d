#!/usr/bin/env bash
# huggingface_hub and python-frontmatter, the two common readers of a card's front matter in Python,
# disagree about where it begins, in both directions, and neither raises: the one that sees none
# gives an empty mapping. Blanks behind the first `---` hide all metadata from the Hub's library (at
# most a line in the log), not those behind the second; a byte order mark, or a blank line with a
# blank before the first `---`, is nothing to it, while a BOM hides all from python-frontmatter.
#
# Seen with huggingface_hub 2.4.0 and python-frontmatter 1.3.0, {card: (Hub, python-frontmatter)}:
#   '--- \nlicense: mit\n---\n':       {}, {'license': 'mit'}
#   '---\nlicense: mit\n--- \n':       both {'license': 'mit'}
#   '\ufeff---\nlicense: mit\n---\n':  {'license': 'mit'}, {}
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q huggingface_hub==2.4.0 python-frontmatter==1.3.0 pyyaml==6.0.4
HF_HUB_OFFLINE=1 venv/bin/python - <<'PYTHON'
from pathlib import Path

import frontmatter
from huggingface_hub import ModelCard

MIT = {"license": "mit"}
SEEN = {
    "---\nlicense: mit\n---\n": (MIT, MIT),
    "--- \nlicense: mit\n---\n": ({}, MIT),
    "---\nlicense: mit\n--- \n": (MIT, MIT),
    "\n ---\nlicense: mit\n---\n": (MIT, MIT),
    "\ufeff---\nlicense: mit\n---\n": (MIT, {}),
}
for text, seen in SEEN.items():
    Path("card.md").write_text(text, encoding="utf-8")
    now = ModelCard.load("card.md").data.to_dict(), frontmatter.load("card.md").metadata
    print(f"{text!r}: Hub {now[0]}, python-frontmatter {now[1]}")
    assert now == seen, f"was {seen}"
print("as it was seen")
PYTHON
