"""In a dry run: the links that would wait for the row of their target, and get it in the round.

Rule: as in Supabase, a link waits if its target has no row when its record is written; the records
of one batch know each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from accord.core.ports import RowWrite
from accord.core.schema import Collection
from accord.core.values import Kind


@dataclass(slots=True)
class ExpectedLinks:
    """What would be linked."""

    _made: set[str] = field(default_factory=set)
    _waiting: list[tuple[str, str]] = field(default_factory=list)

    def write(self, collection: Collection, writes: Sequence[RowWrite]) -> None:
        """Take notice of a batch that would be written."""
        self._made.update(w.page_id for w in writes if w.create and w.page_id is not None)
        links = [f for f in collection.carried if f.kind is Kind.LINKS]
        for write in writes:
            for each in links:
                value = write.changes.get(each.name)
                pages = value if isinstance(value, tuple) else ()
                # Of several targets a foreign key holds the first.
                for page in pages if each.many else pages[:1]:
                    if isinstance(page, str) and page not in self._made:
                        self._waiting.append((collection.table, page))

    def arrived(self) -> Counter[str]:
        """How many links would be set by now, by table of the owner; each is told once."""
        told = Counter(table for table, page in self._waiting if page in self._made)
        self._waiting = [each for each in self._waiting if each[1] not in self._made]
        return told
