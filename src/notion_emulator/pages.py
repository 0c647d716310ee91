"""Pages: creating, changing, trashing, restoring and moving them.

The rule: a write is read and checked as a whole before anything changes; both sides of a
two-way relation change together; only the page that was written gets a new stamp.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_emulator.changes import Before, copied
from notion_emulator.containers import read_parent
from notion_emulator.conversions import rekind
from notion_emulator.errors import ApiError, bad_body, invalid
from notion_emulator.model import TITLE, DataSource, Page, Parent, Property
from notion_emulator.schema import default_status
from notion_emulator.values import read_value

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notion_emulator.render import Renderer
    from notion_emulator.rows import Rows
    from notion_emulator.state import State

Json = dict[str, Any]
Values = list[tuple[Property, Any]]

ARCHIVED = "Can't edit block that is archived. You must unarchive the block before editing."
BURIED = (
    "Can't edit page on block with an archived ancestor. "
    "You must unarchive the ancestor before editing page."
)
_ICONS = "https://www.notion.so/icons/"


class Pages:
    """Writes pages."""

    def __init__(self, state: State, renderer: Renderer) -> None:
        self.state = state
        self.renderer = renderer
        self._mirrored: dict[str, Json] | None = None

    # ---- reading what is written

    def _read(self, source: DataSource, written: object, *, trusted: bool = False) -> Values:
        if written is None:
            return []
        if not isinstance(written, dict):
            raise bad_body("body.properties", "an object", written)
        values: Values = []
        options = [] if trusted else [(one, len(one.options)) for one in source.properties.values()]
        try:
            for key, value in written.items():
                prop = source.find(key)
                if prop is not None:
                    values.append((prop, read_value(self.state, prop, value, trusted=trusted)))
                elif self.state.switches.unknown_property == "reject":
                    raise invalid(f"{key} is not a property that exists.")
        except ApiError:
            for prop, known in options:  # a refused write adds no option
                del prop.options[known:]
            source.epoch += 1
            self.state.changes.forget_options()
            raise
        return values

    # ---- writing

    def _put(self, page: Page, prop: Property, value: Any) -> None:
        """Keep a value, and change the other side of a two-way relation with it."""
        if prop.kind == "relation" and prop.mirror is not None:
            self._reflect(page, prop, value or [])
        if value is None:
            page.values.pop(prop.id, None)
        else:
            page.values[prop.id] = value

    def _reflect(self, page: Page, prop: Property, after: list[str]) -> None:
        before = page.values.get(prop.id) or []
        kept = set(before).intersection(after) if before else set()
        for one in before:
            if one not in kept:
                self.unlink(one, prop.mirror or "", page.id)
        for one in after:
            if one not in kept:
                self.link(one, prop.mirror or "", page.id)

    def link(self, page_id: str, raw: str, target: str) -> None:
        """Add ``target`` to a relation of a page; a page that is yet to come is remembered."""
        other = self.state.pages.get(page_id)
        if other is None:
            self.state.awaited.setdefault(page_id, []).append((raw, target))
            return
        ids = other.values.get(raw)
        self._remember(other, raw, ids)
        if ids is None:
            other.values[raw] = [target]
        elif target not in ids:
            ids.append(target)
        self._changed(other, target)

    def unlink(self, page_id: str, raw: str, target: str) -> None:
        """Take ``target`` out of a relation of a page."""
        other = self.state.pages.get(page_id)
        ids = None if other is None else other.values.get(raw)
        if other is None or not ids or target not in ids:
            return
        self._remember(other, raw, ids)
        ids.remove(target)
        if not ids:
            del other.values[raw]
        self._changed(other, target)

    def _remember(self, page: Page, raw: str, ids: list[str] | None) -> None:
        if self._mirrored is not None:
            self._mirrored.setdefault(page.id, {}).setdefault(raw, copied(ids))

    def _put_all(self, page: Page, values: Values, at: int, by: str) -> None:
        """Keep values, and tell what that changed on other pages and in the schema."""
        self._mirrored = {}
        for prop, value in values:
            self._put(page, prop, value)
        self._tell_beside(at, by)

    def _tell_beside(self, at: int, by: str) -> None:
        self.state.changes.options(at, by)
        self.state.changes.mirrored(self._mirrored or {}, at, by)
        self._mirrored = None

    def _changed(self, page: Page, by: str) -> None:
        """Note that a page changed by a write of another, or by its own: that stamps it anyway."""
        page.version += 1
        if self.state.switches.mirror_bumps_stamp and page.id != by:
            self._stamp(page, self.state.now())

    def _stamp(self, page: Page, at: int) -> None:
        rows = self._rows(page)
        if rows is None:
            page.edited = at
        else:
            rows.stamp(page, at)

    def _rows(self, page: Page) -> Rows | None:
        return self.state.rows.get(page.parent.id) if page.parent.kind == "data_source_id" else None

    def _outline(self, page: Page, body: Json) -> None:
        for part in ("cover", "icon"):
            if part in body:
                setattr(page, part, _named_icon(body[part]))

    # ---- creating

    def create(self, body: Json, *, page_id: str | None, at: int, by: str) -> Page:
        """Create a page.

        Raises:
            ApiError: 400 or 404, in Notion's words.
        """
        state = self.state
        parent = read_parent(state, body.get("parent"))
        if parent.kind == "database_id":
            parent = self._only_source(parent)
        if parent.kind == "block_id":
            raise bad_body("body.parent.type", '`"page_id"` or `"data_source_id"`', "block_id")
        source = state.sources[parent.id] if parent.kind == "data_source_id" else state.plain
        if state.buried(parent):
            raise invalid(BURIED)
        full = state.rows.get(source.id)
        if full is not None and len(full.live) + len(full.archived) >= state.row_limit:
            told = "The data source has as many rows as it can hold."
            raise ApiError(409, "row_limit_exceeded", told)
        values = self._read(source, body.get("properties"))
        page = self._new(source, parent, page_id or state.ids.uuid(), at, by)
        self._put_all(page, values, at, by)
        self._outline(page, body)
        rows = self._rows(page)
        if rows is not None:
            rows.add(page)
        elif parent.kind == "page_id":
            state.pages[parent.id].edited = max(at, state.pages[parent.id].edited)
        state.changes.page_created(page)
        return page

    def _only_source(self, parent: Parent) -> Parent:
        sources = self.state.databases[parent.id].sources
        if len(sources) != 1:
            raise invalid(
                "Databases with multiple data sources are not supported in this API version."
            )
        return Parent("data_source_id", sources[0])

    def _new(self, source: DataSource, parent: Parent, page_id: str, at: int, by: str) -> Page:
        """Return a page with the values that every new row has, standing in the workspace."""
        page = Page(page_id, parent, self.state.sequence(), at, at, by, by)
        for prop in source.properties.values():
            if prop.kind == "unique_id":
                page.values[prop.id] = source.next_number
                source.next_number += 1
            elif prop.kind == "status":
                first = default_status(prop)
                if first is not None:
                    page.values[prop.id] = first
        self.state.pages[page_id] = page
        self.state.nest(parent, page_id)
        if page_id in self.state.awaited:
            self.state.touch()
            for raw, target in self.state.awaited.pop(page_id):
                page.values.setdefault(raw, []).append(target)
        return page

    def bulk(self, source: DataSource, items: Iterable[tuple[str, Json, int, str]]) -> int:
        """Create many rows; relations may name pages that come later. Returns their number."""
        parent = Parent("data_source_id", source.id)
        fresh: list[Page] = []
        for page_id, written, at, by in items:
            values = self._read(source, written, trusted=True)
            page = self._new(source, parent, page_id, at, by)
            for prop, value in values:
                self._put(page, prop, value)
            fresh.append(page)
        self.state.rows[source.id].live.add_many(fresh)
        self.state.changes.forget_options()
        return len(fresh)

    # ---- changing

    def update(self, page: Page, body: Json, *, at: int, by: str) -> None:
        """Change properties, icon, cover or state of a page.

        Raises:
            ApiError: 400 or 404, in Notion's words.
        """
        for flag in ("in_trash", "is_archived", "is_locked"):
            if flag in body and not isinstance(body[flag], bool):
                raise bad_body(f"body.{flag}", "a boolean", body[flag])
        restoring = body.get("in_trash") is False
        if (page.in_trash and not restoring) or self.state.buried(page.parent):
            if body.get("in_trash") is True and body.keys() <= {"in_trash"}:
                return
            raise invalid(ARCHIVED if page.in_trash else BURIED)
        values = self._read(self.state.schema_of(page), body.get("properties"))
        before = Before.of(page, [prop.id for prop, _ in values])
        rows = self._rows(page)
        if rows is not None:
            rows.remove(page)
        self._put_all(page, values, at, by)
        self._outline(page, body)
        if "in_trash" in body:
            self._trash(page, body["in_trash"])
        page.is_archived = body.get("is_archived", page.is_archived)
        page.is_locked = body.get("is_locked", page.is_locked)
        page.edited, page.edited_by = at, by
        page.version += 1
        if rows is not None:
            rows.add(page)
        self.state.changes.page_updated(page, before)

    def _trash(self, page: Page, in_trash: bool) -> None:
        """Change the state and have everything rendered anew that shows it."""
        if page.in_trash == in_trash:
            return
        state = self.state
        page.in_trash = in_trash
        state.trash_count += 1 if in_trash else -1
        if state.nested.get(page.id) or self._pointed_at(page.parent.id):
            state.touch()
        for prop in state.schema_of(page).properties.values():
            if prop.mirror is not None:
                for one in page.values.get(prop.id, ()):
                    if one in state.pages:
                        state.pages[one].version += 1

    def _pointed_at(self, source_id: str) -> bool:
        """Tell whether one-way relations lead into a data source."""
        return any(
            prop.target == source_id and prop.mirror is None
            for source in self.state.sources.values()
            for prop in source.properties.values()
        )

    def move(self, page: Page, body: Json, *, at: int, by: str) -> None:
        """Give a page another parent; properties follow by name and kind.

        Raises:
            ApiError: 400 or 404, in Notion's words.
        """
        state = self.state
        if page.in_trash:
            raise invalid(ARCHIVED)
        parent = read_parent(state, body.get("parent"))
        if parent.kind == "database_id":
            parent = self._only_source(parent)
        before, left = state.schema_of(page), page.parent
        rows = self._rows(page)
        if rows is not None:
            rows.remove(page)
        self._mirrored = {}
        kept = [(prop, page.values.get(prop.id)) for prop in before.properties.values()]
        for prop, _ in kept:
            if prop.kind == "relation":
                self._put(page, prop, None)
        state.unnest(page.parent, page.id)
        state.nest(parent, page.id)
        page.parent, page.values = parent, {}
        after = state.schema_of(page)
        for prop, value in kept:
            twin = after.properties[TITLE] if prop.id == TITLE else after.find(prop.name)
            if twin is not None and twin.kind == prop.kind and value is not None:
                self._put(page, twin, rekind(state, prop, twin, value))
        for prop in after.properties.values():
            if prop.kind == "unique_id":
                page.values[prop.id] = after.next_number
                after.next_number += 1
            elif prop.kind == "status" and prop.id not in page.values:
                page.values[prop.id] = default_status(prop)
        page.edited, page.edited_by = at, by
        page.version += 1
        rows = self._rows(page)
        if rows is not None:
            rows.add(page)
        self._tell_beside(at, by)
        state.changes.moved("page", page.id, left, parent, at, by)


def _named_icon(icon: Any) -> Any:
    """Return an icon as it reads back: Notion's own pictures come back by name."""
    if not isinstance(icon, dict):
        return icon
    url = (icon.get("external") or {}).get("url", "")
    if url.startswith(_ICONS) and url.endswith(".svg") and "_" in url:
        name, color = url[len(_ICONS) : -len(".svg")].rsplit("_", 1)
        return {"type": "icon", "icon": {"name": name, "color": color}}
    if "type" not in icon and len(icon) == 1:
        return {"type": next(iter(icon)), **icon}
    return icon
