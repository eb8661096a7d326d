"""Three people at work in one entry for as long as you like: edits, moved folders, dead commands.

Every content that anybody writes is unlike all others. One that S3 acknowledged may be gone at the
end only if a person had it and overwrote or deleted it: that is what `released` remembers.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

from support.checkout import Checkout, Run
from support.oracle import assert_clean, expect, marker
from support.servers import Bucket

ENTRY = "processed_datasets/a"
FOLDERS = ("", "f", "f/deep", "g", "g/deep/er", "h")
NAMES = ("1.txt", "2.txt", "3.bin")
TURNS_TO_SETTLE = 12


class Soak:
    """`people` share `bucket`; the same seed does the same, but for what dies when."""

    def __init__(self, seed: int, bucket: Bucket, people: list[Checkout]) -> None:
        self.seed = seed
        self.rng, self.bucket, self.people = random.Random(seed), bucket, people
        self.written = 0
        self.acknowledged: set[bytes] = set()
        self.released: set[bytes] = set()
        self.story: list[str] = [f"seed {seed}"]
        for person in people:
            person.card(ENTRY)

    def turn(self) -> None:
        """Somebody edits, then types a command or two; at times two people at once."""
        person = self.rng.choice(self.people)
        for _ in range(self.rng.randint(1, 3)):
            self.say(person, self.rng.choice(self.ACTS)(self, person, person.path / ENTRY))
        if self.rng.random() < 0.2:
            return self.both(person, self.rng.choice(self.people))
        run = self.types(person, self.rng.choice(("push", "push", "pull")))
        if run.code == 3:
            self.choose(person, run)
        return None

    def settle(self) -> None:
        """Everybody runs the commands again, alone, until all have what S3 holds."""
        for _ in range(TURNS_TO_SETTLE):
            for person in self.people:
                run = self.types(person, "push", may_die=False)
                if run.code:
                    self.choose(person, run)
            done = [self.types(person, "pull", may_die=False).code for person in self.people]
            if not any(done) and all(self.is_level(person) for person in self.people):
                break
        self.check()

    def check(self) -> None:
        for person in self.people:
            assert person.tree(ENTRY) == self.data(), str(self)
            expect(person.push(), 0)
            expect(person.pull(), 0)
        assert_clean(*self.people)
        if self.data():
            assert marker(self.bucket, ENTRY)["state"] == "done", str(self)
        held = {*self.bucket.read().values()}.union(*(p.contents() for p in self.people))
        lost = self.acknowledged - self.released - held
        assert not lost, f"{lost}\n{self}"

    def __str__(self) -> str:
        return "\n".join(self.story)

    def say(self, person: Checkout, text: str) -> None:
        self.story.append(f"{person.path.name}: {text}")

    def data(self) -> dict[str, bytes]:
        return self.bucket.read(f"{ENTRY}/")

    def is_level(self, person: Checkout) -> bool:
        return person.tree(ENTRY) == self.data()

    # What people do with files and folders.

    def new(self, size: int = 0) -> bytes:
        self.written += 1
        return f"content {self.seed}.{self.written}".encode().ljust(
            size or self.rng.choice((16, 16, 40))
        )

    def release(self, place: Path) -> None:
        """Whoever has a content may do away with it."""
        files = [place] if place.is_file() else [f for f in place.rglob("*") if f.is_file()]
        self.released |= {file.read_bytes() for file in files}

    def write(self, person: Checkout, top: Path) -> str:
        path = os.path.join(self.rng.choice(FOLDERS), self.rng.choice(NAMES))
        try:
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            if (top / path).is_file():
                self.release(top / path)
            (top / path).write_bytes(self.new())
        except OSError:  # a file is where a folder should be, or the other way round
            return "nothing"
        return f"writes {path}"

    def same_size(self, person: Checkout, top: Path) -> str:
        files = sorted(f for f in top.rglob("*") if f.is_file())
        if not files:
            return "nothing"
        file = self.rng.choice(files)
        self.release(file)
        file.write_bytes(self.new(file.stat().st_size))
        os.utime(file, (1_000_000_000, 1_000_000_000))
        return f"writes {file.relative_to(top)}, of the same size and an old time"

    def remove(self, person: Checkout, top: Path) -> str:
        if not top.is_dir() or not (paths := sorted(top.rglob("*"))):
            return "nothing"
        path = self.rng.choice(paths)
        self.release(path)
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        return f"removes {path.relative_to(top)}"

    def rename(self, person: Checkout, top: Path) -> str:
        source, target = self.rng.sample(FOLDERS[1:], 2)
        if not (top / source).is_dir() or (top / target).exists() or target.startswith(source):
            return "nothing"
        try:
            (top / target).parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            return "nothing"
        (top / source).rename(top / target)
        return f"moves {source}/ to {target}/"

    def swap(self, person: Checkout, top: Path) -> str:
        folder = top / self.rng.choice(("f", "g"))
        if not folder.is_dir():
            return "nothing"
        self.release(folder)
        shutil.rmtree(folder)
        if self.rng.random() < 0.5:
            folder.write_bytes(self.new())
            return f"puts a file where {folder.name}/ was"
        folder.mkdir()
        return f"empties {folder.name}/"

    ACTS: tuple[Callable[..., str], ...] = (
        write, write, write, same_size, same_size, remove, rename, rename, swap
    )  # fmt: skip

    # What people type.

    def types(self, person: Checkout, verb: str, may_die: bool = True, **options: str) -> Run:
        """A command, which at times is killed at one of its requests."""
        rule = None
        if may_die and self.rng.random() < 0.25:
            kill = lambda: person.running and person.running.kill()  # noqa: E731
            rule = person.proxy.when(nth=self.rng.randint(3, 14))
            rule.call(kill) if self.rng.random() < 0.5 else rule.call_after(kill)
        command = {"push": "push_entries", "pull": "pull_entries", "reset": "reset_entry"}
        run = person.script(command.get(verb, verb), ENTRY, **{"DELETE": "1", **options})
        person.proxy.clear()
        died = "killed" if rule and rule.fired else ""
        words = " ".join(f"{name}={value}" for name, value in options.items())
        self.say(person, f"{verb} {words} {died or run.code}: {run.said.strip()[-300:]}")
        if not died:
            expect(run, 0, 1, 3)
            self.after(person, verb, run)
        return run

    def after(self, person: Checkout, verb: str, run: Run) -> None:
        """Exit 0 of a push is a promise: S3 has what is here, or news that it names."""
        if verb == "push" and run.code == 0 and "S3 has news" not in run.said:
            assert self.is_level(person), str(self)
            self.acknowledged |= {*self.data().values()}

    def both(self, one: Checkout, other: Checkout) -> None:
        """Two people push in the same moment."""
        if one is other:
            return
        runs = [p.start(".venv/bin/python", "scripts/push_entries.py", ENTRY, DELETE="1")
                for p in (one, other)]  # fmt: skip
        for person, run in zip((one, other), [run.wait() for run in runs], strict=True):
            expect(run, 0, 1, 3)
            self.say(person, f"pushes with another: {run.code}: {run.said.strip()[-300:]}")

    def choose(self, person: Checkout, run: Run) -> None:
        """What a refusal names as the way out, one of them."""
        said = run.said
        if "`make unlock" in said:
            self.types(person, "unlock_entry", may_die=False, CONFIRM="a")
        elif "was never finished" in said:
            run = self.types(person, "push", may_die=False, TAKE="local")
            if run.code == 3:
                self.types(person, "seal_entries", may_die=False, CONFIRM="a")
        elif "TAKE=local" in said and self.rng.random() < 0.5:
            self.types(person, "push", TAKE="local")
        elif "not checked out" in said or "`make pull" in said:
            if self.types(person, "pull").code == 3:  # yours is in the way of what comes
                self.types(person, "reset")
        else:
            self.types(person, "reset")
