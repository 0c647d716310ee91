"""Search: pages and data sources by their title.

The rule: only what is shared is found, the title alone is looked at, and what changed within
the lag or is left out by `Blindness` is not seen. As recorded, one word that title and query
share is enough; singular and plural are the same word, and the beginning of a word stands for it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from notion_emulator.chance import chance
from notion_emulator.cursors import check_cursor, refused
from notion_emulator.errors import bad_body, invalid
from notion_emulator.ids import normal_id
from notion_emulator.model import DataSource, Page, Parent
from notion_emulator.query import Answer, page_size_of
from notion_emulator.richtext import plain_text

if TYPE_CHECKING:
    from notion_emulator.cursors import Cursors
    from notion_emulator.state import State

Json = dict[str, Any]

SHORTEST_PLURAL = 3
_WORD = re.compile(r"\w+")
Found = Page | DataSource


@dataclass(slots=True)
class Blindness:
    """What search does not see though it is there.

    Attributes:
        lag_seconds: Changes that are younger; the switch of this name holds as well.
        omitted: These objects.
        rate: This share of all objects, always the same ones.
        seed: Decides which ones.
    """

    lag_seconds: float = 0.0
    omitted: set[str] = field(default_factory=set)
    rate: float = 0.0
    seed: int = 0

    def hides(self, object_id: str) -> bool:
        """Tell whether an object is left out."""
        return object_id in self.omitted or chance(self.seed, object_id) < self.rate


class Search:
    """Answers searches."""

    def __init__(self, state: State, cursors: Cursors, cap: int) -> None:
        self.state = state
        self.cursors = cursors
        self.cap = cap
        self.blindness = Blindness()

    def run(self, body: Json) -> tuple[list[Found], Answer]:
        """Return one page of what a search finds, and where the next begins.

        Raises:
            ApiError: 400 for a wrong shape.
        """
        self._check(body)
        size = page_size_of(body.get("page_size"), "body.page_size")
        wanted, in_trash = self._filter(body.get("filter"))
        newest_first = self._sort(body.get("sort") or {})
        found = self._matching(_words(str(body.get("query") or "")), wanted, in_trash)
        found.sort(key=lambda one: (one.edited // 60_000, one.id), reverse=newest_first)
        incomplete = len(found) > self.cap
        found = found[: self.cap]
        start = 0
        cursor = body.get("start_cursor")
        if cursor is not None:
            self.cursors.resume(cursor)
            ids = [one.id for one in found]
            following = normal_id(str(cursor).rsplit(":", 1)[-1])
            if following not in ids:
                raise refused(cursor)
            start = ids.index(following)
        page = found[start : start + size]
        next_cursor = None
        if start + size < len(found):
            next_cursor = self.cursors.leave(self.cursors.start(), None, 0, found[start + size].id)
        return page, Answer([], next_cursor, incomplete)

    def _check(self, body: Json) -> None:
        for part, kind, name in (("query", str, "a string"), ("filter", dict, "an object")):
            if part in body and not isinstance(body[part], kind):
                raise bad_body(f"body.{part}", f"{name} or `undefined`", body[part])
        if "sort" in body and not isinstance(body["sort"], dict):
            raise bad_body("body.sort", "an object or `undefined`", body["sort"])
        check_cursor(body, self.state.switches)

    def _filter(self, written: Json | None) -> tuple[str | None, bool | None]:
        if written is None:
            return None, None
        value = written.get("value")
        if "property" in written and value not in ("page", "data_source"):
            raise bad_body("body.filter.value", '`"page"` or `"data_source"`', value)
        in_trash = written.get("in_trash")
        if in_trash is not None and not isinstance(in_trash, bool):
            raise bad_body("body.filter.in_trash", "a boolean", in_trash)
        return value, in_trash

    def _sort(self, written: Json) -> bool:
        """Return whether the last edited comes first."""
        if "timestamp" in written and written["timestamp"] != "last_edited_time":
            raise invalid(
                'body.sort.timestamp should be "last_edited_time" when sorting by timestamp.'
            )
        direction = written.get("direction", "descending")
        if direction not in ("ascending", "descending"):
            wanted = '`"ascending"`, `"descending"`, or `undefined`'
            raise bad_body("body.sort.direction", wanted, direction)
        return bool(direction == "descending")

    def _matching(self, words: set[str], wanted: str | None, in_trash: bool | None) -> list[Found]:
        state = self.state
        lag = max(state.switches.search_lag_seconds, self.blindness.lag_seconds)
        horizon = state.now() - int(lag * 1000)
        shown_trash = state.switches.search_returns_trashed_sources
        found: list[Found] = []
        if wanted != "page":
            for source in state.sources.values():
                above = Parent("database_id", source.database_id)
                trashed = source.in_trash or state.buried(above)
                fits = (shown_trash or not trashed) if in_trash is None else trashed is in_trash
                if (
                    fits
                    and source.edited <= horizon
                    and _names(plain_text(source.title), words)
                    and state.visible(source.id, above)
                ):
                    found.append(source)
        if wanted != "data_source":
            hidden = bool(state.unshared) or state.switches.trash_days is not None
            for page in state.pages.values():
                if page.edited > horizon or (words and not _names(state.title_of(page), words)):
                    continue
                if hidden and not state.visible(page.id, page.parent):
                    continue
                trashed = state.trash_count > 0 and (page.in_trash or state.buried(page.parent))
                if trashed is bool(in_trash):
                    found.append(page)
        if self.blindness.omitted or self.blindness.rate:
            return [one for one in found if not self.blindness.hides(one.id)]
        return found


def _words(text: str) -> set[str]:
    """Return the words of a text as they are compared; without any, its signs."""
    folded = text.casefold()
    return {_stem(word) for word in _WORD.findall(folded)} or set(folded.split())


def _stem(word: str) -> str:
    plural = len(word) > SHORTEST_PLURAL and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if plural else word


def _names(title: str, words: set[str]) -> bool:
    """Tell whether a title has a word that begins with one of these; no words name anything."""
    return not words or any(one.startswith(tuple(words)) for one in _words(title))
