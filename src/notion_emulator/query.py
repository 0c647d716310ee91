"""Queries: which rows, in which order, from where on.

The rule: a page of results is decided when it is asked for, from the rows as they are then; a
walk gives at most `cap` rows and says on each of its pages when that is not all.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from notion_emulator import computed
from notion_emulator.cursors import Cursors, Walk, check_cursor, refused
from notion_emulator.errors import bad_body, bad_input, invalid
from notion_emulator.filters import Filters
from notion_emulator.formula import Unsupported
from notion_emulator.ids import normal_id
from notion_emulator.model import Parent
from notion_emulator.stamps import MINUTE, instant_ms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notion_emulator.model import DataSource, Page, Property
    from notion_emulator.render import Renderer
    from notion_emulator.rows import Shelf
    from notion_emulator.state import State

    Key = Callable[[Page], Any]

Json = dict[str, Any]

MAX_PAGE = 100
KNOWN = frozenset({"filter", "sorts", "start_cursor", "page_size", "result_type", "is_archived"})


@dataclass(frozen=True, slots=True)
class Reversed:
    """A sort key that runs the other way."""

    key: Any

    def __lt__(self, other: Reversed) -> bool:
        return bool(other.key < self.key)


@dataclass(frozen=True, slots=True)
class Answer:
    """A page of results.

    Attributes:
        pages: The rows.
        next_cursor: Where the next page begins, None at the end.
        incomplete: The query matches more rows than a walk may give.
    """

    pages: list[Page]
    next_cursor: str | None
    incomplete: bool


def page_size_of(written: object, path: str, least: int = 0) -> int:
    """Return a written page size; 0 and nothing stand for the default.

    Raises:
        ApiError: 400 unless it is a whole number from ``least`` to 100.
    """
    wanted = "a number" if isinstance(written, (str, list, dict, bool)) else None
    if isinstance(written, float):
        wanted = "an integer"
    elif isinstance(written, int) and wanted is None and not least <= written <= MAX_PAGE:
        wanted = f"≥ `{least}`" if written < least else f"≤ `{MAX_PAGE}`"
    elif written is None:
        return MAX_PAGE
    if wanted is not None or not isinstance(written, int):
        raise bad_input(path, f"{wanted} or `undefined`", written)
    return written or MAX_PAGE


class Queries:
    """Answers queries of data sources."""

    def __init__(self, state: State, renderer: Renderer, cursors: Cursors, cap: int) -> None:
        self.state = state
        self.renderer = renderer
        self.cursors = cursors
        self.cap = cap

    def run(self, source: DataSource, body: Json) -> Answer:
        """Return one page of the results of a query.

        Raises:
            ApiError: 400, in Notion's words.
        """
        state = self.state
        self._check(body)
        size = page_size_of(body.get("page_size"), "body.page_size")
        rows = state.rows[source.id]
        shelf = rows.archived if body.get("is_archived") else rows.live
        filters = Filters(state, self.renderer, source)
        written = body.get("filter")
        test = filters.compile(written) if written is not None else None
        direction, keys = self._order(source, body.get("sorts") or [])
        cursor = body.get("start_cursor")
        walk = self.cursors.start() if cursor is None else self.cursors.resume(cursor)
        if cursor is not None and walk.key is None:
            walk.key = self._key_of(cursor, source, direction, keys)
        if source.in_trash or state.buried(Parent("database_id", source.database_id)):
            if state.switches.trashed_data_source_query == "not_found":
                raise state.missing("database", source.id)
            return Answer([], None, incomplete=False)
        since = _floor(written)
        if cursor is None:
            walk.incomplete = self._overflows(shelf, test, since)
        if walk.frozen is None and state.switches.walks == "frozen":
            some = self._walk(shelf, test, since, direction, keys, walk.key)
            walk.frozen = tuple(page.id for page in islice(some, self.cap))
        if walk.frozen is not None:
            return self._frozen(walk, walk.frozen, size)
        found = self._walk(shelf, test, since, direction, keys, walk.key)
        left = self.cap - walk.seen
        pages = list(islice(found, min(size, left) + 1))
        more = len(pages) > size
        if more or len(pages) > left:
            following = pages.pop()
            if more and left > size:
                key = self._place(following, direction, keys)
                cursor = self.cursors.leave(walk, key, walk.seen + size, following.id)
                return Answer(pages, cursor, walk.incomplete)
        return Answer(pages, None, walk.incomplete)

    def _frozen(self, walk: Walk, ids: tuple[str, ...], size: int) -> Answer:
        """Return one page of a walk whose rows were decided when it began."""
        end = walk.seen + size
        pages = [self.state.pages[one] for one in ids[walk.seen : end]]
        cursor = None
        if end < len(ids):
            cursor = self.cursors.leave(walk, end, end, ids[end])
        return Answer(pages, cursor, walk.incomplete)

    def _check(self, body: Json) -> None:
        switches = self.state.switches
        for flag in ("in_trash", "archived"):
            if flag in body and switches.in_trash_in_query == "reject":
                raise bad_body(f"body.{flag}", "not present", body[flag])
        for key in body:
            if key not in KNOWN and key not in {"in_trash", "archived"}:
                raise bad_body(f"body.{key}", "not present", body[key])
        check_cursor(body, switches)
        if "is_archived" in body and not isinstance(body["is_archived"], bool):
            raise bad_body("body.is_archived", "a boolean", body["is_archived"])
        if "sorts" in body and not isinstance(body["sorts"], list):
            raise bad_body("body.sorts", "an array", body["sorts"])

    def _overflows(
        self, shelf: Shelf, test: Callable[[Page], bool] | None, since: int | None
    ) -> bool:
        """Tell whether more rows match than a walk may give."""
        if len(shelf) <= self.cap:
            return False
        if test is None:
            return True
        some = shelf.oldest_first() if since is None else iter(shelf.edited_since(since))
        return sum(map(test, some)) > self.cap

    # ---- order

    def _order(self, source: DataSource, sorts: list[Any]) -> tuple[int, list[Key]]:
        """Return the order: +1 or -1 when it is by creation alone, else 0 and the keys."""
        keys: list[Key] = []
        for index, sort in enumerate(sorts):
            path = f"body.sorts[{index}]"
            if not isinstance(sort, dict):
                raise bad_body(path, "an object", sort)
            direction = sort.get("direction", "ascending")
            if direction not in ("ascending", "descending"):
                raise bad_body(f"{path}.direction", '`"ascending"` or `"descending"`', direction)
            if "timestamp" in sort:
                stamp = sort["timestamp"]
                if stamp not in ("created_time", "last_edited_time"):
                    raise bad_body(f"{path}.timestamp", "a timestamp", stamp)
                if stamp == "created_time" and len(sorts) == 1:
                    return (1 if direction == "ascending" else -1), []
                get: Key = _created if stamp == "created_time" else _edited
            else:
                prop = source.find(str(sort.get("property")))
                if prop is None:
                    raise invalid(
                        f"Could not find sort property with name or id: {sort.get('property')}"
                    )
                get = self._getter(prop)
            keys.append(self._sort_key(get, descending=direction == "descending"))
        return (0, keys) if keys else (-1, [])

    def _sort_key(self, get: Key, *, descending: bool) -> Key:
        empty_first = descending and self.state.switches.empty_sorts == "last_ascending"

        def key(page: Page) -> Any:
            value = get(page)
            if value is None:
                return (0 if empty_first else 1, 0)
            rank = 1 if empty_first else 0
            if not descending:
                return (rank, value)
            return (rank, -value if isinstance(value, (int, float)) else Reversed(value))

        return key

    def _getter(self, prop: Property) -> Key:
        """Return what a property is sorted by; None stands for empty."""
        state, renderer, raw = self.state, self.renderer, prop.id
        match prop.kind:
            case "number" | "unique_id":
                return lambda page: page.values.get(raw)
            case "checkbox":
                return lambda page: bool(page.values.get(raw))
            case "select" | "status":
                rank = {option.id: at for at, option in enumerate(prop.options)}
                return lambda page: rank.get(page.values.get(raw, ""))
            case "multi_select":
                rank = {option.id: at for at, option in enumerate(prop.options)}
                return lambda page: (
                    [rank[one] for one in page.values.get(raw, ()) if one in rank] or None
                )
            case "date":
                return lambda page: instant_ms(page.values[raw][0]) if raw in page.values else None
            case "created_time":
                return _created
            case "last_edited_time":
                return _edited
            case _:

                def plain(page: Page) -> Any:
                    try:
                        value = computed.plain_value(state, renderer, page, prop)
                    except Unsupported:
                        return None
                    if value in (None, "", []):
                        return None
                    if isinstance(value, list):
                        value = ", ".join(map(str, value))
                    return value.casefold() if isinstance(value, str) else value

                return plain

    def _place(self, page: Page, direction: int, keys: list[Key]) -> Any:
        if direction:
            return page.order
        return (*[key(page) for key in keys], -page.created, -page.sequence)

    def _key_of(self, cursor: str, source: DataSource, direction: int, keys: list[Key]) -> Any:
        page = self.state.pages.get(normal_id(cursor) or "")
        if page is None or page.parent.id != source.id:
            raise refused(cursor)
        return self._place(page, direction, keys)

    def _walk(
        self,
        shelf: Shelf,
        test: Callable[[Page], bool] | None,
        since: int | None,
        direction: int,
        keys: list[Key],
        start: Any,
    ) -> Iterator[Page]:
        """Give the matching rows in order, from a sort key on."""
        if direction and since is None:
            found = shelf.oldest_first(start) if direction > 0 else shelf.newest_first(start)
            yield from found if test is None else filter(test, found)
            return
        some = shelf.oldest_first() if since is None else iter(shelf.edited_since(since))
        pages = [page for page in some if test is None or test(page)]
        if direction > 0:
            placed = [(page.order, page) for page in pages]
        elif direction < 0:
            placed = [((-page.created, -page.sequence), page) for page in pages]
            start = None if start is None else (-start[0], -start[1])
        else:
            placed = [(self._place(page, 0, keys), page) for page in pages]
        placed.sort(key=lambda pair: pair[0])
        first = 0
        if start is not None:
            first = bisect_left(placed, start, key=lambda pair: pair[0])
        for position in range(first, len(placed)):
            yield placed[position][1]


def _created(page: Page) -> int:
    return page.created // MINUTE


def _edited(page: Page) -> int:
    return page.edited // MINUTE


def _floor(written: object) -> int | None:
    """Return the minute before which a filter rules out every last edit, if it names one."""
    if not isinstance(written, dict):
        return None
    if isinstance(written.get("and"), list):
        floors = [_floor(member) for member in written["and"]]
        return max((floor for floor in floors if floor is not None), default=None)
    condition = written.get("last_edited_time")
    if written.get("timestamp") != "last_edited_time" or not isinstance(condition, dict):
        return None
    wanted = condition.get("on_or_after") or condition.get("after") or condition.get("equals")
    if not isinstance(wanted, str):
        return None
    try:
        return instant_ms(wanted) // MINUTE
    except ValueError:
        return None
