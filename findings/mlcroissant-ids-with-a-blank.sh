#!/usr/bin/env bash
# The `@id` of a Croissant FileObject is often its path. mlcroissant refuses one with a blank, and
# says that blanks are not supported, "not even if URL-escaped"; with `%20` for the blank it takes
# the same page without a word. Besides, `Dataset(jsonld=page)` changes the page that it is given:
# its `@context` is another one afterwards, so a page that is validated before it is written is not
# the page that was made.
#
# Seen with mlcroissant 1.1.1:
#   @id 'a.csv'      taken
#   @id 'a b.csv'    refused
#   @id 'a%20b.csv'  taken
#   the page after `Dataset(jsonld=page)`: another @context, all else as it was
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q mlcroissant==1.1.1
cat >look.py <<'EOF'
import copy

import mlcroissant


def page(identity: str) -> dict:
    return {
        "@context": {
            "@language": "en",
            "@vocab": "https://schema.org/",
            "cr": "http://mlcommons.org/croissant/",
            "sc": "https://schema.org/",
            "dct": "http://purl.org/dc/terms/",
            "conformsTo": "dct:conformsTo",
        },
        "@type": "sc:Dataset",
        "name": "d",
        "description": "d",
        "license": "https://creativecommons.org/publicdomain/zero/1.0/",
        "url": "https://example.org/d",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "datePublished": "2026-01-01",
        "version": "1.0.0",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": identity,
                "name": "f",
                "contentUrl": "https://example.org/f.csv",
                "encodingFormat": "text/csv",
                "sha256": "0" * 64,
            }
        ],
    }


for identity in ("a.csv", "a b.csv", "a%20b.csv"):
    try:
        mlcroissant.Dataset(jsonld=page(identity))
        print(identity, "taken")
    except mlcroissant.ValidationError as error:
        print(identity, "refused", "not even if URL-escaped" in str(error))
given = page("a.csv")
before = copy.deepcopy(given)
mlcroissant.Dataset(jsonld=given)
print("changed:", [key for key in given if given[key] != before.get(key)])
EOF
venv/bin/python look.py 2>/dev/null | tee seen
diff seen - <<'EOF'
a.csv taken
a b.csv refused True
a%20b.csv taken
changed: ['@context']
EOF
echo "as it was seen"
