"""An upload that a store kept with its chunk framing: damage that no ETag tells."""

from __future__ import annotations

from support.oracle import expect

from registry.sync import framing

A = "processed_datasets/a"
FRAMED = {
    "signed": b"4;chunk-signature=%b\r\nabcd\r\n0;chunk-signature=%b\r\n\r\n"
    % (b"1" * 64, b"2" * 64),
    "trailer": b"2\r\nab\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n",
}
PLAIN = (
    b"",
    b"4\r\n",
    b"4\r\nabcd\r\n",
    b"abcd\r\n0\r\n\r\n",
    b"ff\r\nabcd\r\n0\r\n\r\n",
    b"1,2\r\n3,4\r\n",
)


def test_chunk_framing_is_known_from_what_looks_like_it(tmp_path):
    file = tmp_path / "x"
    for wanted, contents in ((True, FRAMED.values()), (False, PLAIN)):
        for content in contents:
            file.write_bytes(content)
            assert framing.is_framed(file) is wanted, content


def test_an_upload_that_kept_its_framing_is_damage_unless_it_was_pushed(anna, bucket):
    """Its ETag is right for what the store took: no comparison with S3 can tell."""
    anna.card(A)
    bucket.put(f"{A}/x.txt", FRAMED["signed"])
    bucket.put(f"{A}/y.txt", b"plain")
    expect(anna.pull(), 0)
    run = expect(anna.script("verify_entries", A), 1)
    assert f"{A}/x.txt: an upload's chunk framing" in run.out and "y.txt" not in run.out, run
    anna.write(f"{A}/x.txt", FRAMED["trailer"])  # somebody's own file, and meant
    expect(anna.push(), 0)
    expect(anna.script("verify_entries", A), 0)
