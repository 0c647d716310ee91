"""Cursors of queries: opaque to the client, a place in an order to us.

The rule: a cursor remembers the sort key of the first row of the next page, so a walk goes on
behind that place whatever happened meanwhile; a bare page id is taken as well.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from notion_emulator.errors import ApiError, bad_body, invalid
from notion_emulator.ids import normal_id

if TYPE_CHECKING:
    from notion_emulator.ids import Ids
    from notion_emulator.switches import Switches

MAX_SESSIONS = 10_000


@dataclass(slots=True)
class Walk:
    """A walk through the pages of one query.

    Attributes:
        session: The id in the cursor.
        seen: Rows given so far.
        key: Sort key of the next row, None at the start.
        incomplete: The query matches more rows than a walk may give.
        frozen: The ids of all rows that matched at the start, where walks are frozen.
    """

    session: str
    seen: int = 0
    key: Any = None
    incomplete: bool = False
    frozen: tuple[str, ...] | None = None


def refused(cursor: object) -> ApiError:
    """Return the 400 for a cursor that leads nowhere."""
    return invalid(f"The start_cursor provided is invalid: {cursor}")


def check_cursor(body: dict[str, Any], switches: Switches) -> None:
    """Refuse a ``start_cursor`` that is no text; null passes where the switch says so.

    Raises:
        ApiError: 400.
    """
    cursor = body.get("start_cursor", "")
    if not isinstance(cursor, str) and (
        cursor is not None or switches.null_start_cursor == "reject"
    ):
        raise bad_body("body.start_cursor", "a string or `undefined`", cursor)


class Cursors:
    """The walks that are under way."""

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._walks: OrderedDict[str, Walk] = OrderedDict()

    def start(self) -> Walk:
        """Return a new walk."""
        return Walk(self._ids.uuid())

    def leave(self, walk: Walk, key: Any, seen: int, next_id: str) -> str:
        """Remember where a walk goes on and return the cursor for it."""
        cursor = f"s:{walk.session}:{next_id}"
        self._walks[cursor] = Walk(walk.session, seen, key, walk.incomplete, walk.frozen)
        if len(self._walks) > MAX_SESSIONS:
            self._walks.popitem(last=False)
        return cursor

    def resume(self, cursor: str) -> Walk:
        """Return the walk that a cursor stands for; one from a bare id has no key.

        Raises:
            ApiError: 400 when there is no such cursor.
        """
        walk = self._walks.get(cursor)
        if walk is not None:
            return replace(walk)
        if normal_id(cursor) is not None:
            return Walk(self._ids.uuid())
        raise refused(cursor)

    def forget(self) -> None:
        """Invalidate every cursor that was given out."""
        self._walks.clear()
