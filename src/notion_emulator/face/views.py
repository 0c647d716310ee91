"""What the pages show: the side bar, a table, a page, the trash.

The rule: a view is read from the workspace when it is asked for and holds nothing that a
template would have to look up; a table asks the same query that the API answers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from operator import attrgetter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from notion_emulator.face import words
from notion_emulator.face.body import Bodies, Body
from notion_emulator.face.runs import Run, runs
from notion_emulator.face.shown import Cell, Cells, Chip, by_key, emoji, in_order, key_of
from notion_emulator.model import TITLE, Parent
from notion_emulator.richtext import plain_text
from notion_emulator.stamps import from_ms

if TYPE_CHECKING:
    from notion_emulator.model import Database, DataSource, Page
    from notion_emulator.workspace import Workspace

Json = dict[str, Any]

SIZE = 50
#: So many rows are shown again at once.
MOST = 1_000
UP, DOWN = "up", "down"


@dataclass(frozen=True, slots=True)
class Entry:
    """A data source in the side bar."""

    id: str
    title: str
    icon: str
    count: int


@dataclass(frozen=True, slots=True)
class Group:
    """Data sources that stand in one place, and the page that this place is ("" for none)."""

    title: str
    page_id: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Edited:
    """Who did something last and when: by name, in words and in ISO 8601."""

    by: Chip
    at: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Row:
    """A page in a table."""

    id: str
    title: str
    icon: str
    cells: list[Cell]
    edited: Edited


@dataclass(frozen=True, slots=True)
class Heading:
    """A column: its key, name, kind, how the table is sorted by it and where a click leads."""

    key: str
    name: str
    kind: str
    sorted: str
    href: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants to see of a table: words in the title, an order, a place to go on."""

    words: str = ""
    sort: str = ""
    way: str = UP
    after: str = ""

    def address(self, source_id: str) -> str:
        """Return the address of this table."""
        order = {"sort": self.sort, "way": self.way} if self.sort else {}
        query = {"q": self.words, **order, "after": self.after}
        written = urlencode({name: part for name, part in query.items() if part})
        return f"/databases/{source_id}" + (f"?{written}" if written else "")


@dataclass(frozen=True, slots=True)
class Table:
    """A data source as a table."""

    id: str
    title: str
    icon: str
    description: str
    headings: list[Heading]
    rows: list[Row]
    count: int
    asked: Asked
    more: str


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment: who wrote it, when, and its words."""

    by: Chip
    at: str
    stamp: str
    runs: list[Run]
    on_block: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page by itself."""

    row: Row
    created: Edited
    source_id: str
    source_title: str
    trashed: bool
    restorable: bool
    body: Body
    remarks: list[Remark]


@dataclass(frozen=True, slots=True)
class Discarded:
    """A thing in the trash."""

    id: str
    title: str
    icon: str
    where: str
    edited: Edited
    restore: str
    leads: str


@dataclass(slots=True)
class Views:
    """Reads what the pages show from a workspace."""

    workspace: Workspace
    cells: Cells = field(init=False)
    bodies: Bodies = field(init=False)

    def __post_init__(self) -> None:
        self.cells = Cells(self.workspace)
        self.bodies = Bodies(self.workspace, self.cells)

    # ---- the side bar

    def groups(self) -> list[Group]:
        """Return the data sources by the place where their databases stand."""
        state = self.workspace.state
        found: dict[Parent, Group] = {}
        for database in state.databases.values():
            if database.in_trash or state.buried(database.parent):
                continue
            group = found.get(database.parent)
            if group is None:
                group = found[database.parent] = self._group(database.parent)
            group.entries.extend(self._entries(database))
        return [group for group in found.values() if group.entries]

    def _group(self, parent: Parent) -> Group:
        page = self.workspace.state.pages.get(parent.id)
        if page is None:
            return Group("Databases", "", [])
        return Group(self.cells.title(page), page.id, [])

    def _entries(self, database: Database) -> list[Entry]:
        state = self.workspace.state
        sources = [state.sources[one] for one in database.sources]
        return [
            Entry(one.id, self.name(one), emoji(one.icon or database.icon), self.count(one))
            for one in sources
            if not one.in_trash
        ]

    def name(self, source: DataSource) -> str:
        """Return what a data source is called; one of several bears its database's name too."""
        database = self.workspace.state.databases[source.database_id]
        title, above = plain_text(source.title), plain_text(database.title)
        if len(database.sources) > 1 and title != above:
            title = f"{above} / {title}"
        return title or above or "Untitled"

    def count(self, source: DataSource) -> int:
        """Return how many pages a data source shows."""
        return len(self.workspace.state.rows[source.id].live)

    def in_trash(self) -> int:
        """Return how many pages and databases lie in the trash."""
        state = self.workspace.state
        return state.trash_count + sum(one.in_trash for one in state.databases.values())

    # ---- a table

    def table(self, source: DataSource, asked: Asked, size: int = SIZE) -> Table:
        """Return a part of a table, of ``size`` rows or a few more.

        Raises:
            ApiError: The place to go on from is not known any more.
        """
        prop = by_key(source, asked.sort)
        asked = asked if prop else replace(asked, sort="", way=UP)
        body: Json = {"page_size": SIZE}
        if asked.words:
            title = source.properties[TITLE].name
            body["filter"] = {"property": title, "title": {"contains": asked.words}}
        if prop is not None:
            way = "ascending" if asked.way == UP else "descending"
            body["sorts"] = [{"property": prop.name, "direction": way}]
        if asked.after:
            body["start_cursor"] = asked.after
        answer = self.workspace.queries.run(source, body)
        pages = answer.pages
        while answer.next_cursor and len(pages) < min(size, MOST):
            answer = self.workspace.queries.run(
                source, {**body, "start_cursor": answer.next_cursor}
            )
            pages += answer.pages
        following = replace(asked, after=answer.next_cursor or "")
        return Table(
            source.id,
            self.name(source),
            emoji(source.icon),
            plain_text(source.description),
            self._headings(source, asked),
            [self.row(page) for page in pages],
            self.count(source),
            asked,
            following.address(source.id) if answer.next_cursor else "",
        )

    def _headings(self, source: DataSource, asked: Asked) -> list[Heading]:
        shown = []
        for prop in in_order(source):
            key = key_of(prop)
            way = asked.way if key == asked.sort else ""
            following = {"": UP, UP: DOWN, DOWN: ""}[way]
            wanted = Asked(asked.words, key if following else "", following or UP)
            shown.append(Heading(key, prop.name, prop.kind, way, wanted.address(source.id)))
        return shown

    def row(self, page: Page, *, whole: bool = False) -> Row:
        """Return a page as a row."""
        cells = self.cells.row(page, whole=whole)
        return Row(page.id, self.cells.title(page), emoji(page.icon), cells, self.edited(page))

    def edited(self, page: Page | Database) -> Edited:
        """Return who edited a thing last and when."""
        return self._by(page.edited_by, page.edited)

    def _by(self, user_id: str, instant: int) -> Edited:
        person = self.cells.person(user_id)
        return Edited(person, words.instant(instant), from_ms(instant).isoformat())

    # ---- a page

    def sheet(self, page: Page) -> Sheet:
        """Return a page by itself."""
        source = self.workspace.state.schema_of(page)
        stands = page.parent.kind == "data_source_id"
        return Sheet(
            self.row(page, whole=True),
            self._by(page.created_by, page.created),
            source.id if stands else "",
            self.name(source) if stands else self.workspace.name,
            self.cells.trashed(page),
            not self.workspace.state.buried(page.parent),
            self.bodies.of(page),
            self.remarks(page),
        )

    def remarks(self, page: Page) -> list[Remark]:
        """Return what was said about a page and its blocks, oldest first."""
        state, bodies = self.workspace.state, self.workspace.bodies
        shown = []
        for one in sorted(state.comments.values(), key=attrgetter("created", "sequence")):
            block = state.blocks.get(one.parent.id)
            on = bodies.page_of(block) if block is not None else state.pages.get(one.parent.id)
            if on is page:
                by = self._by(one.created_by, one.created)
                name = by.by if one.name is None else Chip(one.name, initial=one.name[:1].upper())
                words_of = runs(one.text)
                shown.append(Remark(name, by.at, by.stamp, words_of, block is not None))
        return shown

    # ---- the trash

    def discarded(self, start: int) -> tuple[list[Discarded], bool]:
        """Return what lies in the trash, last first, from a place on; and whether more does."""
        state = self.workspace.state
        things: list[Page | Database] = [one for one in state.databases.values() if one.in_trash]
        things += [one for one in state.pages.values() if one.in_trash]
        things.sort(key=attrgetter("edited"), reverse=True)
        shown = things[start : start + SIZE]
        return [self._discarded(one) for one in shown], len(things) > start + SIZE

    def _discarded(self, thing: Page | Database) -> Discarded:
        state = self.workspace.state
        page = state.pages.get(thing.id)
        above = None if page is None else state.sources.get(page.parent.id)
        buried = state.buried(thing.parent)
        kind = "databases" if page is None else "pages"
        return Discarded(
            thing.id,
            plain_text(getattr(thing, "title", None)) if page is None else self.cells.title(page),
            emoji(thing.icon),
            "Database" if page is None else self.name(above) if above else "Page",
            self.edited(thing),
            "" if buried else f"/{kind}/{thing.id}/restore",
            "" if page is None else f"/pages/{page.id}",
        )
