"""The rows of one data source, in the orders that queries ask for.

The rule: rows stand by creation (instant, then sequence) and by the minute of their last edit;
trashed rows stand nowhere, archived rows apart. Every change of a row goes through here.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import TYPE_CHECKING

from notion_emulator.stamps import MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from notion_emulator.model import Page

Entry = tuple[int, int, "Page"]


class Shelf:
    """Rows in both orders."""

    def __init__(self) -> None:
        self._created: list[Entry] = []
        self._minutes: dict[int, dict[str, Page]] = {}
        self._sorted: list[int] | None = []

    def __len__(self) -> int:
        return len(self._created)

    def add(self, page: Page) -> None:
        """Take a row in."""
        entry = (page.created, page.sequence, page)
        if not self._created or self._created[-1][:2] < entry[:2]:
            self._created.append(entry)
        else:
            insort(self._created, entry)
        self._enter(page)

    def add_many(self, pages: Iterable[Page]) -> None:
        """Take many rows in, sorting once."""
        self._created.extend((page.created, page.sequence, page) for page in pages)
        self._created.sort(key=lambda entry: entry[:2])
        for page in pages:
            self._enter(page)

    def remove(self, page: Page) -> None:
        """Take a row out."""
        index = bisect_left(self._created, (page.created, page.sequence))
        del self._created[index]
        self._leave(page)

    def move(self, page: Page, edited: int) -> None:
        """Set the instant of a row's last edit."""
        if page.edited // MINUTE == edited // MINUTE:
            page.edited = edited
            return
        self._leave(page)
        page.edited = edited
        self._enter(page)

    def _enter(self, page: Page) -> None:
        minute = page.edited // MINUTE
        pages = self._minutes.get(minute)
        if pages is None:
            self._minutes[minute] = pages = {}
            self._sorted = None
        pages[page.id] = page

    def _leave(self, page: Page) -> None:
        minute = page.edited // MINUTE
        pages = self._minutes[minute]
        del pages[page.id]
        if not pages:
            del self._minutes[minute]
            self._sorted = None

    def oldest_first(self, start: tuple[int, int] | None = None) -> Iterator[Page]:
        """Give the rows by creation, from ``start`` on."""
        index = 0 if start is None else bisect_left(self._created, start)
        for position in range(index, len(self._created)):
            yield self._created[position][2]

    def newest_first(self, start: tuple[int, int] | None = None) -> Iterator[Page]:
        """Give the rows by creation, last first, from ``start`` down."""
        if start is None:
            index = len(self._created)
        else:
            after = (start[0], start[1] + 1)
            index = bisect_left(self._created, after)
        for position in range(index - 1, -1, -1):
            yield self._created[position][2]

    def edited_since(self, minute: int) -> list[Page]:
        """Return the rows whose last edit lies in ``minute`` or later, in no order."""
        if self._sorted is None:
            self._sorted = sorted(self._minutes)
        first = bisect_left(self._sorted, minute)
        return [page for one in self._sorted[first:] for page in self._minutes[one].values()]


class Rows:
    """All rows of a data source: the living, the archived and the trashed.

    Attributes:
        handed_out: Somebody had them all, and may have changed any.
    """

    def __init__(self) -> None:
        self.handed_out = False
        self.live = Shelf()
        self.archived = Shelf()
        self.trashed: dict[str, Page] = {}

    def _place(self, page: Page) -> Shelf | None:
        if page.in_trash:
            return None
        return self.archived if page.is_archived else self.live

    def add(self, page: Page) -> None:
        """Take a row in where its state puts it."""
        shelf = self._place(page)
        if shelf is None:
            self.trashed[page.id] = page
        else:
            shelf.add(page)

    def remove(self, page: Page) -> None:
        """Take a row out; its state must not have changed since it came in."""
        shelf = self._place(page)
        if shelf is None:
            del self.trashed[page.id]
        else:
            shelf.remove(page)

    def stamp(self, page: Page, edited: int) -> None:
        """Set the instant of a row's last edit."""
        shelf = self._place(page)
        if shelf is None:
            page.edited = edited
        else:
            shelf.move(page, edited)

    def everything(self) -> Iterator[Page]:
        """Give every row, whatever its state."""
        self.handed_out = True
        yield from self.live.oldest_first()
        yield from self.archived.oldest_first()
        yield from self.trashed.values()
