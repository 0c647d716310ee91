"""Editors: what a person is given to change a cell with.

The rule: an editor is filled from the value as it is kept, so that sending it back unchanged
changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timezone
from typing import TYPE_CHECKING, Any

from notion_emulator.face.shown import Cell, Cells, emoji
from notion_emulator.richtext import plain_text
from notion_emulator.stamps import DAY

if TYPE_CHECKING:
    from notion_emulator.face.entered import Form
    from notion_emulator.model import Page, Property
    from notion_emulator.workspace import Workspace

Json = dict[str, Any]

#: So many pages are offered at once for a relation.
OFFERED = 20


@dataclass(frozen=True, slots=True)
class Choice:
    """Something to pick: an option, a person, a page."""

    id: str
    text: str
    color: str = ""
    icon: str = ""
    initial: str = ""


@dataclass(frozen=True, slots=True)
class Editor:
    """A form over a cell.

    Attributes:
        cell: What it edits.
        title: The title of the page, to name it by.
        look: Which fields it has: ``lines``, ``line``, ``pick``, ``date`` or ``files``.
        text: What stands in its field.
        fields: The fields of a date.
        chosen: What is picked.
        choices: What can be picked.
        many: More than one can be picked.
        fresh: What is not there to be picked can be made by its name.
        files: The files as they are kept, each with its place among them ("" for a new one).
        format: The format of a number.
        error: What was wrong with what was entered.
    """

    cell: Cell
    title: str
    look: str
    text: str = ""
    fields: Json = field(default_factory=dict)
    chosen: list[Choice] = field(default_factory=list)
    choices: list[Choice] = field(default_factory=list)
    many: bool = False
    fresh: bool = False
    files: list[Json] = field(default_factory=list)
    format: str = ""
    error: str = ""


class Editors:
    """Makes the editors of a workspace."""

    def __init__(self, workspace: Workspace, cells: Cells) -> None:
        self.state = workspace.state
        self.cells = cells

    def of(self, page: Page, prop: Property, form: Form | None = None, error: str = "") -> Editor:
        """Return the editor of a cell, with what was entered when that was refused."""
        value = page.values.get(prop.id)
        filled = self._filled(prop, value)
        if form is not None:
            filled |= self._entered(prop, form, filled)
        cell = self.cells.cell(page, prop)
        return Editor(cell=cell, title=self.cells.title(page), error=error, **filled)

    def _filled(self, prop: Property, value: Any) -> Json:
        match prop.kind:
            case "title" | "rich_text":
                return {"look": "lines", "text": plain_text(value)}
            case "select" | "status" | "multi_select":
                ids = value if isinstance(value, list) else [value]
                options = [prop.option(one) for one in ids if one]
                return {
                    "look": "pick",
                    "chosen": [Choice(one.id, one.name, one.color) for one in options if one],
                    "choices": [Choice(one.id, one.name, one.color) for one in prop.options],
                    "many": prop.kind == "multi_select",
                    "fresh": prop.kind != "status",
                }
            case "people":
                return {
                    "look": "pick",
                    "chosen": [self.person(one) for one in value or ()],
                    "choices": sorted(
                        [self.person(one) for one in self.state.users],
                        key=lambda one: bool(one.icon),
                    ),
                    "many": True,
                }
            case "relation":
                return {
                    "look": "pick",
                    "chosen": [self.page(one) for one in self.cells.targets(value)],
                    "choices": self.offered(prop, ""),
                    "many": True,
                }
            case "date":
                return {"look": "date", "fields": _date(value)}
            case "files":
                files = self.cells.files(value)
                placed = [{**one, "place": str(place)} for place, one in enumerate(files)]
                return {"look": "files", "files": placed}
            case _:
                text = "" if value is None else str(value)
                return {"look": "line", "text": text, "format": prop.config.get("format", "")}

    def _entered(self, prop: Property, form: Form, filled: Json) -> Json:
        """Return what a refused form held, in place of what is kept."""
        text = form.get("value", [filled.get("text", "")])[-1]
        match filled["look"]:
            case "date":
                fields = {name: form.get(name, [""])[-1] for name in filled["fields"]}
                return {"fields": {**fields, "offset": filled["fields"]["offset"]}}
            case "files":
                kinds = {one["place"]: one["type"] for one in filled["files"]}
                columns = [form.get(name, []) for name in ("name", "url", "kept")]
                return {
                    "files": [
                        {
                            "name": name,
                            "url": url,
                            "type": kinds.get(place, "external"),
                            "place": place if place in kinds else "",
                            "href": "",
                        }
                        for name, url, place in zip(*columns, strict=False)
                        if name or url
                    ]
                }
            case "pick":
                known = {one.id: one for one in (*filled["choices"], *filled["chosen"])}
                found = []
                for item in form.get("item", []):
                    if item in known:
                        found.append(known[item])
                    elif prop.kind == "relation" and item in self.state.pages:
                        found.append(self.page(item))
                    elif item.startswith("+"):
                        found.append(Choice(item, item[1:]))
                return {"chosen": found}
            case _:
                return {"text": text}

    def person(self, user_id: str) -> Choice:
        """Return a user to pick."""
        shown = self.cells.person(user_id)
        return Choice(user_id, shown.text, icon=shown.icon, initial=shown.initial)

    def page(self, page_id: str) -> Choice:
        """Return a page to pick."""
        page = self.state.pages[page_id]
        return Choice(page_id, self.cells.title(page), icon=emoji(page.icon))

    def unseen(self, page: Page, prop: Property) -> list[str]:
        """Return the related pages in the trash: an edit of the others leaves them related."""
        pages = self.state.pages
        related = page.values.get(prop.id) or ()
        return [one for one in related if one in pages and pages[one].in_trash]

    def offered(self, prop: Property, words: str) -> list[Choice]:
        """Return the pages that a relation can lead to, last made first, by their title."""
        rows = self.state.rows.get(prop.target or "")
        if rows is None:
            return []
        found: list[Choice] = []
        wanted = words.strip().casefold()
        for page in rows.live.newest_first():
            if wanted in self.cells.title(page).casefold():
                found.append(self.page(page.id))
                if len(found) == OFFERED:
                    break
        return found


def _date(value: tuple[str, str | None] | None) -> Json:
    """Return the fields of a date; both moments are shown in the offset of the start."""
    empty = {"start_day": "", "start_time": "", "end_day": "", "end_time": "", "zone": "UTC"}
    if value is None:
        return {**empty, "offset": ""}
    fields = {**empty, "offset": ""}
    zone: timezone | None = None
    for name, text in (("start", value[0]), ("end", value[1])):
        if text is None:
            continue
        fields[f"{name}_day"] = text[:10]
        if DAY.match(text):
            continue
        instant = datetime.fromisoformat(text)
        if zone is None:
            zone = timezone(instant.utcoffset() or UTC.utcoffset(None))
            offset = instant.strftime("%z")
            fields["offset"] = f"{offset[:3]}:{offset[3:5]}"
            if fields["offset"] == "+00:00":
                fields["offset"] = ""
            fields["zone"] = fields["offset"] or "UTC"
        there = instant.astimezone(zone)
        fields[f"{name}_day"] = there.date().isoformat()
        fields[f"{name}_time"] = f"{there:%H:%M}"
    return fields
