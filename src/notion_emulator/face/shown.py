"""Cells: what a person sees of a property of a page.

The rule: people see the whole workspace, whatever is shared with the integration; a cell shows
what the API would answer for it, in words, and leads nowhere that a browser should not go.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from notion_emulator import computed
from notion_emulator.face import words
from notion_emulator.face.entered import WRITABLE
from notion_emulator.face.runs import Run, runs, safe
from notion_emulator.model import TITLE
from notion_emulator.stamps import from_ms

if TYPE_CHECKING:
    from notion_emulator.model import DataSource, Page, Property
    from notion_emulator.workspace import Workspace

Json = dict[str, Any]

#: So many characters and items of a value are shown in a table.
LETTERS = 280
ITEMS = 12


@dataclass(frozen=True, slots=True)
class Chip:
    """An option, a person, a page or a file: its words, colour and address ("" for none)."""

    text: str
    color: str = ""
    href: str = ""
    initial: str = ""
    icon: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """A property of a page as it is shown.

    Attributes:
        page_id: The page.
        key: The property, as it stands in addresses and in ids of elements.
        name: The property's name.
        kind: The property's kind.
        look: How it is drawn: ``text``, ``number``, ``chips``, ``people``, ``pages``, ``files``,
            ``check`` or ``link``.
        writable: It can be edited.
        runs: Its words.
        chips: Its items.
        more: How many items are not shown.
        checked: It is a ticked checkbox.
        stamp: An instant in ISO 8601, for the reader's own time zone.
    """

    page_id: str
    key: str
    name: str
    kind: str
    look: str = "text"
    writable: bool = False
    runs: list[Run] = field(default_factory=list)
    chips: list[Chip] = field(default_factory=list)
    more: int = 0
    checked: bool = False
    stamp: str = ""

    @property
    def id(self) -> str:
        """The id of its element."""
        return f"c-{self.page_id}-{self.key}"

    @property
    def empty(self) -> bool:
        """There is nothing to show."""
        return not (self.runs or self.chips or self.look == "check")


def key_of(prop: Property) -> str:
    """Return a property's id in letters that are safe in addresses and in ids of elements."""
    return prop.id.encode().hex()


def by_key(source: DataSource, key: str) -> Property | None:
    """Return the property that `key_of` made this key of."""
    try:
        return source.properties.get(bytes.fromhex(key).decode())
    except ValueError:
        return None


def in_order(source: DataSource) -> list[Property]:
    """Return the properties in the order of the schema, the title first."""
    return sorted(source.properties.values(), key=lambda prop: prop.id != TITLE)


def emoji(icon: Json | None) -> str:
    """Return an icon that is an emoji, "" for any other."""
    return str(icon.get("emoji") or "") if icon else ""


class Cells:
    """Shows the cells of a workspace."""

    def __init__(self, workspace: Workspace) -> None:
        self.state = workspace.state
        self.renderer = workspace.renderer

    def row(self, page: Page, *, whole: bool = False) -> list[Cell]:
        """Return all cells of a page."""
        source = self.state.schema_of(page)
        return [self.cell(page, prop, whole=whole) for prop in in_order(source)]

    def cell(self, page: Page, prop: Property, *, whole: bool = False) -> Cell:
        """Return a cell; ``whole`` does not cut what is long."""
        look, parts = self._parts(page, prop, None if whole else LETTERS)
        chips: list[Chip] = parts.get("chips", [])
        shown = chips if whole else chips[:ITEMS]
        return Cell(
            page.id,
            key_of(prop),
            prop.name,
            prop.kind,
            look,
            writable=prop.kind in WRITABLE and not self.trashed(page),
            runs=[run for run in parts.get("runs", []) if run.text],
            chips=shown,
            more=len(chips) - len(shown),
            checked=parts.get("checked", False),
            stamp=parts.get("stamp", ""),
        )

    def trashed(self, page: Page) -> bool:
        """Tell whether a page, or what it stands in, lies in the trash."""
        return page.in_trash or self.state.buried(page.parent)

    def title(self, page: Page) -> str:
        """Return a page's title, or what stands for none."""
        return self.state.title_of(page) or "Untitled"

    def _parts(self, page: Page, prop: Property, limit: int | None) -> tuple[str, Json]:
        value = page.values.get(prop.id)
        match prop.kind:
            case "title" | "rich_text":
                return "text", {"runs": runs(value, limit)}
            case "number":
                shown = (
                    ""
                    if value is None
                    else words.number(value, prop.config.get("format", "number"))
                )
                return "number", {"runs": [Run(shown)]}
            case "checkbox":
                return "check", {"checked": bool(value)}
            case "select" | "status" | "multi_select":
                ids = value if isinstance(value, list) else [value]
                found = [prop.option(one) for one in ids if one]
                look = "status" if prop.kind == "status" else "chips"
                return look, {"chips": [Chip(one.name, one.color) for one in found if one]}
            case "date":
                return "text", {"runs": [Run(words.span(*value) if value else "")]}
            case "people":
                return "people", {"chips": [self.person(one) for one in value or ()]}
            case "relation":
                return "pages", {"chips": [self.page(one) for one in self.targets(value)]}
            case "files":
                files = self.files(value)
                return "files", {"chips": [Chip(one["name"], href=one["href"]) for one in files]}
            case "url" | "email" | "phone_number":
                return "link", {"runs": [Run(value or "", href=_link(prop.kind, value))]}
            case _:
                return self._computed(page, prop, value)

    def _computed(self, page: Page, prop: Property, value: Any) -> tuple[str, Json]:
        match prop.kind:
            case "created_time" | "last_edited_time":
                instant = page.created if prop.kind == "created_time" else page.edited
                stamp = from_ms(instant).isoformat()
                return "text", {"runs": [Run(words.instant(instant))], "stamp": stamp}
            case "created_by" | "last_edited_by":
                author = page.created_by if prop.kind == "created_by" else page.edited_by
                return "people", {"chips": [self.person(author)]}
            case "formula":
                shown = computed.formula_json(self.state, self.renderer, page, prop)
                if shown["type"] == "boolean":
                    return "check", {"checked": bool(shown["boolean"])}
                look = "number" if shown["type"] == "number" else "text"
                return look, {"runs": [Run(words.of_json(shown))]}
            case "rollup":
                shown = computed.rollup_json(self.state, self.renderer, page, prop)
                if shown["type"] == "array" and all(
                    one["type"] == "relation" for one in shown["array"]
                ):
                    ids = [link["id"] for one in shown["array"] for link in one["relation"]]
                    return "pages", {"chips": [self.page(one) for one in self.targets(ids)]}
                look = "number" if shown["type"] == "number" else "text"
                return look, {"runs": [Run(words.of_json(shown))]}
            case "button" | "verification":
                return "text", {}
            case _:
                shown = self.renderer.value(prop, page, value)
                return "text", {"runs": [Run(words.of_json(shown))]}

    def person(self, user_id: str) -> Chip:
        """Return a user by name."""
        user = self.state.users.get(user_id)
        name = user.name if user else "Somebody"
        icon = "robot" if user and user.kind == "bot" else ""
        return Chip(name, initial=name[:1].upper(), icon=icon)

    def page(self, page_id: str) -> Chip:
        """Return a page by title, leading to it."""
        page = self.state.pages[page_id]
        return Chip(self.title(page), href=f"/pages/{page_id}", icon=emoji(page.icon))

    def files(self, value: list[Json] | None) -> list[Json]:
        """Return files by name, type, present address, and where a link may lead."""
        shown = [self.renderer.file(one) for one in value or ()]
        urls = [one[one["type"]]["url"] for one in shown]
        return [
            {"name": one["name"], "type": one["type"], "url": url, "href": safe(url)}
            for one, url in zip(shown, urls, strict=True)
        ]

    def targets(self, ids: list[str] | None) -> list[str]:
        """Return those of the related pages that are there to be seen."""
        pages = self.state.pages
        return [one for one in ids or () if one in pages and not pages[one].in_trash]


def _link(kind: str, value: str | None) -> str:
    if not value:
        return ""
    if kind == "email":
        return safe(f"mailto:{value}")
    if kind == "phone_number":
        return safe("tel:" + "".join(one for one in value if one in "+0123456789"))
    return safe(value) or (safe(f"https://{value}") if "." in value and ":" not in value else "")
