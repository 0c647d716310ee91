"""What changes in a workspace, told as it happens to whoever listens.

The rule: every write of a person or of the integration is told once, with its instant and its
author, in the words of Notion's webhooks; filling a workspace in bulk is not told.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from notion_emulator.model import DataSource, Page, Parent, Property
    from notion_emulator.state import State

Columns = dict[str, tuple[str, str]]
_SHELVES = {"data_source_id": "data_source", "page_id": "page"}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that happened to one object.

    Attributes:
        kind: Type of the event, such as ``page.properties_updated``.
        id: The object: a page, data source, database, ...
        at: Instant in milliseconds.
        by: Id of the user who did it.
        detail: ``properties_updated``: earlier values by raw property id; ``schema_updated``:
            action and name by raw property id; ``content_updated``: kind by id of what changed
            below; ``moved``: the earlier parent; of other kinds: what their event says besides.
        mirrored: It happened to the other side of a two-way relation.
    """

    kind: str
    id: str
    at: int
    by: str
    detail: Any = None
    mirrored: bool = False


class Changes:
    """Tells changes to whoever listens.

    Attributes:
        listeners: Called with each change.
        count: How many changes there were.
    """

    def __init__(self) -> None:
        self.listeners: list[Callable[[Change], None]] = []
        self.count = 0
        self._collected: ContextVar[list[tuple[str, str]] | None] = ContextVar(
            "collected", default=None
        )
        self._options: dict[str, Columns] = {}

    def tell(self, change: Change) -> None:
        """Tell a change."""
        self.count += 1
        collected = self._collected.get()
        if collected is not None:
            collected.append((change.kind, change.id))
        for listener in self.listeners:
            listener(change)

    @contextmanager
    def collecting(self) -> Iterator[list[tuple[str, str]]]:
        """Give a list that kind and object of each change are added to meanwhile.

        What other tasks change at the same time does not come into it.
        """
        collected: list[tuple[str, str]] = []
        token = self._collected.set(collected)
        try:
            yield collected
        finally:
            self._collected.reset(token)

    # ---- pages

    def page_created(self, page: Page) -> None:
        """Tell of a new page."""
        self.tell(Change("page.created", page.id, page.created, page.created_by))
        self.below(page.parent, page.id, "page", page.created, page.created_by)

    def page_updated(self, page: Page, before: Before) -> None:
        """Tell what is different in a page that was written."""
        at, by = page.edited, page.edited_by
        earlier = {
            raw: value for raw, value in before.values.items() if value != page.values.get(raw)
        }
        if earlier:
            self.tell(Change("page.properties_updated", page.id, at, by, earlier))
        if page.in_trash != before.in_trash:
            kind = "page.deleted" if page.in_trash else "page.undeleted"
            self.tell(Change(kind, page.id, at, by))
            self.below(page.parent, page.id, "page", at, by)
        if page.is_locked != before.is_locked:
            kind = "page.locked" if page.is_locked else "page.unlocked"
            self.tell(Change(kind, page.id, at, by))

    def moved(
        self, kind: str, thing_id: str, before: Parent, after: Parent, at: int, by: str
    ) -> None:
        """Tell that a thing has another parent; ``kind`` is such as ``page``."""
        self.tell(Change(f"{kind}.moved", thing_id, at, by, before))
        for parent in (before, after):
            self.below(parent, thing_id, kind, at, by)

    def below(self, parent: Parent, thing_id: str, kind: str, at: int, by: str) -> None:
        """Tell that what stands in a data source or on a page is different."""
        shelf = _SHELVES.get(parent.kind)
        if shelf is not None:
            self.tell(Change(f"{shelf}.content_updated", parent.id, at, by, {thing_id: kind}))

    def mirrored(self, earlier: dict[str, dict[str, Any]], at: int, by: str) -> None:
        """Tell which pages a two-way relation changed: earlier values by page and property."""
        for page_id, values in earlier.items():
            kind = "page.properties_updated"
            self.tell(Change(kind, page_id, at, by, values, mirrored=True))

    # ---- schemas

    def option_added(self, source_id: str, prop: Property) -> None:
        """Remember an option that a value brought; `options` tells of it with an author."""
        self._options.setdefault(source_id, {})[prop.id] = ("updated", prop.name)

    def options(self, at: int, by: str) -> None:
        """Tell of the options that were added meanwhile."""
        if self._options:
            added, self._options = self._options, {}
            for source_id, columns in added.items():
                self.tell(Change("data_source.schema_updated", source_id, at, by, columns))

    def forget_options(self) -> None:
        """Tell nobody of the options that were added meanwhile."""
        self._options = {}

    @contextmanager
    def schemas(self, state: State, at: int, by: str) -> Iterator[None]:
        """Tell how the schemas of the data sources that are there change meanwhile."""
        before = {source.id: _columns(source) for source in state.sources.values()}
        yield
        self.forget_options()
        for source_id, earlier in before.items():
            columns = _difference(earlier, _columns(state.sources[source_id]))
            if columns:
                self.tell(Change("data_source.schema_updated", source_id, at, by, columns))


@dataclass(frozen=True, slots=True)
class Before:
    """What a page was like before it was written: values by raw property id, and its state."""

    values: dict[str, Any]
    in_trash: bool
    is_locked: bool

    @classmethod
    def of(cls, page: Page, raws: list[str]) -> Before:
        """Return what a page is like now in these properties."""
        return cls(
            {raw: copied(page.values.get(raw)) for raw in raws}, page.in_trash, page.is_locked
        )


def copied(value: Any) -> Any:
    """Return a value that later changes of the page do not reach."""
    return list(value) if isinstance(value, list) else value


def _columns(source: DataSource) -> Columns:
    """Return name and looks of each property."""
    return {
        prop.id: (prop.name, repr(replace(prop, spelled=None)))
        for prop in source.properties.values()
    }


def _difference(before: Columns, after: Columns) -> Columns:
    """Return action and name of each property that is different."""
    found: Columns = {
        raw: ("deleted", name) for raw, (name, _) in before.items() if raw not in after
    }
    for raw, (name, looks) in after.items():
        if raw not in before:
            found[raw] = ("created", name)
        elif looks != before[raw][1]:
            found[raw] = ("updated", name)
    return found
