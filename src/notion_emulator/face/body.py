"""The body of a page, as people read it.

The rule: every block is shown, one whose kind has no form here by its kind and its words; what
is too much for a page to hold is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from notion_emulator.face.runs import Run, runs, safe
from notion_emulator.face.shown import Chip, emoji
from notion_emulator.kinds import MEDIA
from notion_emulator.model import Block, Database, Page
from notion_emulator.richtext import plain_text

if TYPE_CHECKING:
    from notion_emulator.bodies import Thing
    from notion_emulator.face.shown import Cells
    from notion_emulator.workspace import Workspace

Json = dict[str, Any]

#: So many blocks of a body are shown.
MOST = 1_000

#: Kind of a block -> how it is drawn; other kinds have a case of their own, or none.
_LOOKS = {
    "paragraph": "text",
    "template": "text",
    "heading_1": "h2",
    "heading_2": "h3",
    "heading_3": "h4",
    "heading_4": "h5",
    "quote": "quote",
    "callout": "callout",
    "toggle": "toggle",
    "to_do": "to_do",
    "bulleted_list_item": "ul",
    "numbered_list_item": "ol",
    "column_list": "columns",
    "column": "column",
    "synced_block": "group",
    "tab": "group",
}


@dataclass(slots=True)
class Piece:
    """A block as it is drawn.

    Attributes:
        look: ``text``, ``h2`` to ``h5``, ``quote``, ``callout``, ``toggle``, ``to_do``, ``ul``,
            ``ol`` (both a whole list), ``item``, ``columns``, ``column``, ``group``, ``code``,
            ``equation``, ``divider``, ``table``, ``link`` or ``other``.
        runs: Its words.
        below: What stands below it.
        color: The look of its colour.
        note: A language, a kind or a caption in plain words.
        checked: It is a ticked to-do.
        icon: An emoji before it.
        link: Where it leads.
        rows: The cells of a table, as runs.
        heads: The first row, the first column of a table are headers.
        start: The number that a list begins with.
    """

    look: str
    runs: list[Run] = field(default_factory=list)
    below: list[Piece] = field(default_factory=list)
    color: str = ""
    note: str = ""
    checked: bool = False
    icon: str = ""
    link: Chip | None = None
    rows: list[list[list[Run]]] = field(default_factory=list)
    heads: tuple[bool, bool] = (False, False)
    start: int = 1


@dataclass(slots=True)
class Body:
    """What stands on a page, and how many blocks are not shown."""

    pieces: list[Piece]
    left_out: int


class Bodies:
    """Reads the bodies of a workspace."""

    def __init__(self, workspace: Workspace, cells: Cells) -> None:
        self.bodies = workspace.bodies
        self.cells = cells

    def of(self, page: Page) -> Body:
        """Return the body of a page."""
        found = self.bodies.below(page)
        room = _Room(MOST)
        pieces = self._pieces(found, room)
        return Body(pieces, room.over)

    def _pieces(self, things: Sequence[Thing], room: _Room) -> list[Piece]:
        pieces: list[Piece] = []
        for thing in things:
            if not room.take():
                continue
            piece = self._piece(thing, room)
            if piece.look not in {"ul", "ol"}:
                pieces.append(piece)
                continue
            item = Piece("item", piece.runs, piece.below, piece.color)
            if not pieces or pieces[-1].look != piece.look:
                pieces.append(Piece(piece.look, start=piece.start))
            pieces[-1].below.append(item)
        return pieces

    def _piece(self, thing: Thing, room: _Room) -> Piece:
        if isinstance(thing, Page):
            return Piece("link", link=self.cells.page(thing.id))
        if isinstance(thing, Database):
            where = f"/databases/{thing.sources[0]}" if thing.sources else ""
            title = plain_text(thing.title) or "Untitled"
            return Piece("link", link=Chip(title, href=where, icon=emoji(thing.icon) or "▦"))
        content: Json = self.bodies.json(thing)[thing.kind]
        below = [] if thing.kind == "table" else self._pieces(self.bodies.below(thing), room)
        return self._block(thing, content, below)

    def _block(self, block: Block, content: Json, below: list[Piece]) -> Piece:
        words = runs(content.get("rich_text"))
        color = content.get("color", "default")
        match block.kind:
            case kind if kind in _LOOKS:
                look = "toggle" if content.get("is_toggleable") else _LOOKS[kind]
                return Piece(
                    look,
                    words,
                    below,
                    "" if color == "default" else f"b-{color}",
                    checked=bool(content.get("checked")),
                    icon=emoji(content.get("icon")),
                    start=int(content.get("list_start_index") or 1),
                )
            case "code":
                return Piece("code", words, note=str(content.get("language") or ""))
            case "equation":
                return Piece("equation", [Run(content["expression"])])
            case "divider":
                return Piece("divider")
            case "table":
                heads = (bool(content["has_column_header"]), bool(content["has_row_header"]))
                return Piece("table", rows=self._rows(block), heads=heads)
            case "link_to_page":
                return self._way(content)
            case "bookmark" | "embed":
                link = Chip(content["url"], href=safe(content["url"]))
                return Piece("link", link=link, note=plain_text(content.get("caption")))
            case kind if kind in MEDIA:
                return _medium(kind, content)
            case kind:
                return Piece("other", words, below, note=kind.replace("_", " "))

    def _rows(self, table: Block) -> list[list[list[Run]]]:
        rows = [one for one in self.bodies.below(table) if isinstance(one, Block)]
        return [[runs(cell) for cell in one.content["cells"]] for one in rows]

    def _way(self, content: Json) -> Piece:
        page_id = content.get("page_id")
        if page_id in self.cells.state.pages:
            return Piece("link", link=self.cells.page(page_id))
        return Piece("other", note="link to a page that is not here")


def _medium(kind: str, content: Json) -> Piece:
    """Return a file: nothing is fetched from elsewhere, so it is a link."""
    file = content.get(content.get("type", ""), {})
    address = str(file.get("url", "")) if isinstance(file, dict) else ""
    name = content.get("name") or address.split("?")[0].rsplit("/", 1)[-1] or kind
    caption = plain_text(content.get("caption"))
    return Piece("link", link=Chip(name, href=safe(address)), note=caption or kind)


@dataclass(slots=True)
class _Room:
    """How many blocks may still be shown, and how many were too many."""

    left: int
    over: int = 0

    def take(self) -> bool:
        """Take a place; False when there is none."""
        if self.left == 0:
            self.over += 1
            return False
        self.left -= 1
        return True
