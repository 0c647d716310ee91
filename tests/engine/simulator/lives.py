"""Whose doing it was that a page or a row went or came back, and which page is which row's.

Rule: the synchronisation only passes on what somebody did: each person's act lets it turn the other
side once. A page that it made is the page of the row that it was made for, for ever.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator

#: (side, page id or row id, whether it went)
Turn = tuple[str, str, bool]


class Lives:
    """Follows births, ends and returns.

    Args:
        disputed: whether a conflict about the life of one of these ids was logged.
    """

    def __init__(self, disputed: Callable[[Collection[str]], bool]) -> None:
        self._disputed = disputed
        self._by_people: dict[Turn, int] = {}
        self._by_us: dict[Turn, int] = {}
        self._rows: dict[str, set[str]] = {}
        self._pages: dict[str, set[str]] = {}
        self._made: set[str] = set()
        self._gone: set[str] = set()

    def made(self, page_id: str) -> None:
        """The synchronisation made a page."""
        self._made.add(page_id)

    def linked(self, row_id: str, page_id: str | None) -> None:
        """A row has this page."""
        if page_id is not None:
            self._rows.setdefault(page_id, set()).add(row_id)
            self._pages.setdefault(row_id, set()).add(page_id)

    def went(self, row_id: str, now: int) -> None:
        """A person deleted a row for good."""
        self._gone.add(row_id)
        self._by_people["supabase", row_id, True] = now

    def is_back(self, row_id: str) -> bool:
        """Whether a row that is there now was gone for good."""
        if row_id not in self._gone:
            return False
        self._gone.remove(row_id)
        return True

    def turned(self, turn: Turn, now: int, *, person: bool) -> str | None:
        """A page or row went or came back; answers what is wrong with that."""
        side, key, dead = turn
        if person:
            self._by_people[turn] = now
            return None
        last = self._by_us.get(turn, -1)
        self._by_us[turn] = now
        here, there = (self._rows, "supabase") if side == "notion" else (self._pages, "notion")
        others = here.get(key, set())
        if not others and side == "notion":
            return None  # of a page that no row knows `strays` tells
        acts = [self._by_people.get((there, other, dead), -1) for other in others]
        if max(acts, default=-1) > last or self._disputed({key, *others}):
            return None
        did = "deleted" if dead else "restored"
        return f"I6: {key} was {did} in {side}, and nobody had done so"

    def strays(
        self,
        rows_of_people: Collection[str],
        dead: Collection[str],
        wiped: Collection[str],
        exempt: Counter[str],
    ) -> Iterator[str]:
        """I4: the pages that are not the page of the row that they were made for.

        Args:
            rows_of_people: the rows that people made.
            dead: the pages in the trash.
            wiped: the pages whose stamps people emptied.
            exempt: where what is let pass is counted.
        """
        for row_id, pages in self._pages.items():
            if len(pages) > 1:
                yield f"I4: row {row_id} had the pages {sorted(pages)}"
        for page_id, rows in self._rows.items():
            if len(rows) > 1:
                yield f"I4: page {page_id} had the rows {sorted(rows)}"
        for page_id in self._made:
            if self._rows.get(page_id, set()) & set(rows_of_people):
                continue
            if ("notion", page_id, True) in self._by_people:
                exempt["a page was trashed before its row knew of it"] += 1
            elif page_id in wiped:
                exempt["the stamps of a page were emptied before its row knew of it"] += 1
            elif page_id in dead:
                exempt["a page that was made in vain went to the trash"] += 1
            else:
                exempt["a page of a row that was gone became a record of its own"] += 1
