"""Holds what the looks at all entries share: the markers' ETags, and what was noted before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from registry.entries import Entry
from registry.index import baseline
from registry.index.scan import Scan
from registry.remote.session import Session
from registry.status import cache, states
from registry.status.states import Judgement

if TYPE_CHECKING:
    from registry.raw.cache import Cache


@dataclass
class Known:
    """`etags`: the markers' ETags by entry, or None when S3 did not answer."""

    session: Session
    etags: dict[str, str] | None
    cache: cache.Notes

    @property
    def place(self) -> str:
        """Where the registry is, in one word."""
        return self.session.remote.identity

    @cached_property
    def dvc_cache(self) -> Cache:
        """DVC's cache in this checkout: its config is read once for all entries."""
        from registry.raw.cache import Cache  # a quiet look compares nothing

        return Cache.of(self.session.root)

    @property
    def well(self) -> str:
        """The state of an entry that is as it was, as far as can be told."""
        return states.UNCHANGED if self.etags is None else states.UP_TO_DATE

    def etag(self, entry: Entry, header: baseline.Header | None) -> str | None:
        """Return the ETag of the entry's marker; the one of the baseline when S3 did not answer."""
        if self.etags is None:
            return header.marker if header else None
        return self.etags.get(str(entry))

    def noted(
        self,
        entry: Entry,
        parts: Sequence[object],
        local: Scan,
        looked_ns: int,
        compare: Callable[[Entry, Scan], Judgement],
        is_settled: bool = True,
    ) -> Judgement:
        """Return the judgement made from these parts before, or a new one by `compare`.

        Noted only where nothing but the parts can change it, nor an edit leave no trace in them.
        """
        key = cache.key(str(entry), self.etags is None, *parts)
        full = self.session.options.full
        with suppress(TypeError, KeyError):
            return Judgement.from_json(None if full else self.cache.get(key))  # type: ignore[arg-type]
        made = compare(entry, local)
        if is_settled and not full and not cache.is_fresh(local, looked_ns):
            self.cache.note(key, made.as_json())
        return made
