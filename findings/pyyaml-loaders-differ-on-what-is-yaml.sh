#!/usr/bin/env bash
# PyYAML's CSafeLoader (libyaml) and SafeLoader (Python) are taken for one loader in two speeds. They
# are not: each refuses what the other reads, and one short text gives two values without an error.
# A file that passes where the C one is used fails for a library that names SafeLoader, such as
# huggingface_hub, and for whoever has PyYAML without libyaml.
#
# Seen with PyYAML 6.0.3, {text: (C, Python)}:
#   a tab behind the colon, or behind a value: read by C, ScannerError in Python
#   'a: !':  {'a': ''} and {'a': None}
#   '[?]':   ParserError in C, [{None: None}] in Python
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q pyyaml==6.0.3
venv/bin/python - <<'PYTHON'
import yaml

SEEN = {
    "a:\tx": ({"a": "x"}, "ScannerError"),
    "a: 'x'\t": ({"a": "x"}, "ScannerError"),
    "a: b\t# c": ({"a": "b"}, "ScannerError"),
    "[a,\tb]": (["a", "b"], "ScannerError"),
    "a: !": ({"a": ""}, {"a": None}),
    "[?]": ("ParserError", [{None: None}]),
    "-\ta: b": ("ScannerError", "ScannerError"),
}


def read(text, loader):
    try:
        return yaml.load(text, loader)
    except yaml.YAMLError as error:
        return type(error).__name__


for text, seen in SEEN.items():
    now = read(text, yaml.CSafeLoader), read(text, yaml.SafeLoader)
    print(f"{text!r}: C {now[0]!r}, Python {now[1]!r}")
    assert now == seen, f"was {seen}"
print("as it was seen")
PYTHON
