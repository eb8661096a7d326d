"""A prepared situation that many faults and crashes are tried on, brought back each time.

Anna and Ben had the entry in step. Then Anna edited, added and deleted files. `before_push`: all of
that is still hers. `before_pull`: it is sealed in S3, and Ben has work of his own in other files.
"""

from __future__ import annotations

from pathlib import Path

from support.checkout import Checkout
from support.oracle import below, expect, marker
from support.servers import Bucket, Server

ENTRY = "processed_datasets/a"
OLD = below(ENTRY, {
    "x.txt": b"old x", "sub/y.txt": b"same y", "z.txt": b"old z", "gone.txt": b"old gone",
    "ü #1.bin": bytes(range(200)), "keep/k.txt": b"same k",
})  # fmt: skip
NEW = {name: body for name, body in OLD.items() if not name.endswith("/gone.txt")} | below(
    ENTRY, {"x.txt": b"new x", "z.txt": b"longer new z", "new/n.txt": b"new n"}
)
BENS = below(ENTRY, {"keep/k.txt": b"Ben's edit, not pushed", "ben.txt": b"Ben's own"})


class World:
    """Two checkouts before one bucket."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.bucket: Bucket = server.new_bucket()
        self.anna = Checkout(folder / "anna", self.bucket)
        self.ben = Checkout(folder / "ben", self.bucket)
        self._put_in_step()
        self._old_anna, self._old_ben = self.anna.save(), self.ben.save()
        self._old_remote = self.bucket.read()
        self._change()
        self._changed_anna, self._working_ben = self.anna.save(), self.ben.save()
        expect(self.anna.script("push_entries"), 0)
        assert self.bucket.data() == NEW
        self._new_anna = self.anna.save()
        self._new_remote = self.bucket.read()

    def close(self) -> None:
        self.anna.close()
        self.ben.close()

    def calm(self) -> None:
        """No faults any more."""
        self.anna.proxy.clear()
        self.ben.proxy.clear()

    def before_push(self) -> None:
        self.calm()
        self.bucket.restore(self._old_remote)
        self.anna.restore(self._changed_anna)
        self.ben.restore(self._old_ben)

    def before_pull(self) -> None:
        self.calm()
        self.bucket.restore(self._new_remote)
        self.anna.restore(self._new_anna)
        self.ben.restore(self._working_ben)

    def _put_in_step(self) -> None:
        self.anna.add(ENTRY, {name[len(ENTRY) + 1 :]: body for name, body in OLD.items()})
        expect(self.anna.script("push_entries"), 0)
        self.ben.card(ENTRY)
        expect(self.ben.script("pull_entries", "processed_datasets/"), 0)
        assert self.ben.tree() == OLD

    def _change(self) -> None:
        for name in OLD.keys() - NEW.keys():
            self.anna.delete(name)
        for name, body in NEW.items():
            if OLD.get(name) != body:
                self.anna.write(name, body)
        for name, body in BENS.items():
            self.ben.write(name, body)

    # What holds at any moment, whatever failed.

    def check_during_push(self) -> None:
        """Nothing of Anna's is touched; S3 holds old or new per file; deletes come last."""
        assert self.anna.tree() == NEW
        stored = self.bucket.data()
        for name in stored.keys() | OLD.keys() | NEW.keys():
            allowed = {OLD.get(name), NEW.get(name)}
            assert stored.get(name) in allowed, f"{name}: {stored.get(name)!r}"
        if OLD.keys() - stored.keys():
            missing = {name for name, body in NEW.items() if stored.get(name) != body}
            assert not missing, f"deleted before {missing} had arrived"
        if marker(self.bucket, ENTRY)["state"] == "done":
            assert stored in (OLD, NEW), "sealed, but a mixture"

    def check_pushed(self) -> None:
        assert self.bucket.data() == self.anna.tree() == NEW
        assert marker(self.bucket, ENTRY)["state"] == "done"
        assert self.anna.strays() == []

    def check_during_pull(self) -> None:
        """S3 is as it was; each of Ben's files is old or new, whole; his work is there."""
        assert self.bucket.read() == self._new_remote
        here = self.ben.tree()
        assert {name: here.get(name) for name in BENS} == BENS
        for name in here.keys() | OLD.keys() | NEW.keys():
            if name not in BENS:
                assert here.get(name) in {OLD.get(name), NEW.get(name)}, name
        gone = set(OLD.values()) - set(NEW.values()) - set(here.values())
        set_aside = {b"old gone"} & gone
        assert set_aside <= set(self.ben.trash()) | set(here.values())

    def check_pulled(self) -> None:
        assert self.ben.tree() == NEW | BENS
        assert b"old gone" in self.ben.trash()
        assert self.ben.strays() == []
        assert self.bucket.read() == self._new_remote

    def check_seen_by_ben(self) -> None:
        """Whatever state Anna's push is in, Ben gets a whole state or none (P6)."""
        expect(self.ben.script("pull_entries", "processed_datasets/"), 0, 1, 3)
        assert self.ben.tree() in (OLD, NEW)
        assert self.ben.strays() == []
