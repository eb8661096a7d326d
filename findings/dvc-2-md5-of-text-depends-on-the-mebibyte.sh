#!/usr/bin/env bash
# `.dvc` files that DVC 2.x wrote (no `hash: md5`) hold an MD5 with line ends folded, `\r\n` to `\n`,
# in files that look like text. Whoever computes it with other tools has to know that dvc-data does
# both piece by piece, 1 MiB at a time: a `\r\n` that lies across the border of two pieces is not
# folded, and each piece is judged anew, by its first 512 bytes. So a file with one NUL is folded in
# some of its pieces and not in others, and the MD5 of the folded file is another one.
#
# Seen with dvc-data 3.18.3:
#   CRLF inside a piece:             the MD5 of the folded file
#   CRLF across the border:          not that, but the MD5 with this one CRLF left as it is
#   a NUL in the second piece only:  the first piece folded, the second one as it is
#   a NUL behind the first 512 bytes: folded all the same
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/pip install -q dvc-data==3.18.3
cat >look.py <<'EOF'
import io
from hashlib import md5

from dvc_data.hashfile.hash import fobj_md5

PIECE = 2**20


def says(data: bytes, expected: bytes) -> bool:
    return fobj_md5(io.BytesIO(data), name="md5-dos2unix") == md5(expected).hexdigest()


def folded(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


inside = b"a\r\nb\r\n"
across = b"x" * (PIECE - 1) + b"\r\n" + b"y\r\n"
first = b"x\r\n" + b"x" * (PIECE - 3)
later = first + b"\0\r\n"
hidden = b"x\r\n" * 200 + b"\0\r\n"
print("inside:", says(inside, folded(inside)))
print("across:", says(across, folded(across)), says(across, across[: PIECE + 1] + b"y\n"))
print("second piece:", says(later, folded(later)), says(later, folded(first) + b"\0\r\n"))
print("hidden NUL:", says(hidden, folded(hidden)))
EOF
venv/bin/python look.py | tee seen
diff seen - <<'EOF'
inside: True
across: False True
second piece: False True
hidden NUL: True
EOF
echo "as it was seen"
