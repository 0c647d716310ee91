"""Pages as JSON, byte for byte as the API shows them.

The rule: every read of a page goes through `Renderer.page`; bytes are kept with the page until
something that they show has changed. Key order is as recorded; properties stand in the order
of (length of raw id, raw id).
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from notion_emulator import computed
from notion_emulator.ids import encoded
from notion_emulator.model import TITLE
from notion_emulator.richtext import render_text
from notion_emulator.stamps import minute_stamp, render_date
from notion_emulator.state import URL
from notion_emulator.storage import holds_file

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from notion_emulator.model import DataSource, Page, Parent, Property
    from notion_emulator.richtext import RichText
    from notion_emulator.stamps import DateValue
    from notion_emulator.state import State

    Reader = Callable[[Page, Any], bytes]

Json = dict[str, Any]

REFERENCES_SHOWN = 25
KEPT = 50_000
OLD_VERSION = "2025-09-03"
_NOT_WORD = re.compile(r"[^\w]+", re.ASCII)
_TRUE_FALSE = {True: b"true", False: b"false"}


@dataclass(frozen=True, slots=True)
class Column:
    """A property: its raw id, the JSON before its value and what turns a value into JSON."""

    raw: str
    before: bytes
    render: Reader


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a data source in order, and how long a rendered page holds.

    Attributes:
        epoch: The state of the schema that it belongs to.
        columns: The columns in order.
        files: Raw ids of the properties that may hold files with signed URLs.
        clocked: The columns that change with the time: a page holds while they read the same.
        volatile: There are rollups: pages do not hold at all.
    """

    epoch: int
    columns: tuple[Column, ...]
    files: tuple[str, ...]
    clocked: tuple[Column, ...]
    volatile: bool


def parent_json(parent: Parent, state: State) -> Json:
    """Return a parent as the API shows it."""
    if parent.kind == "workspace":
        return {"type": "workspace", "workspace": True}
    body: Json = {"type": parent.kind, parent.kind: parent.id}
    if parent.kind == "data_source_id":
        body["database_id"] = state.sources[parent.id].database_id
    return body


class Renderer:
    """Turns pages into JSON."""

    def __init__(self, state: State) -> None:
        self.state = state
        self._layouts: dict[str, Layout] = {}
        self._keeping: deque[Page] = deque()

    def layout(self, source: DataSource) -> Layout:
        """Return the current layout of a data source."""
        layout = self._layouts.get(source.id)
        if layout is None or layout.epoch != source.epoch:
            layout = self._layouts[source.id] = self._lay_out(source)
        return layout

    def _lay_out(self, source: DataSource) -> Layout:
        props = sorted(source.properties.values(), key=lambda prop: (len(prop.id), prop.id))
        columns = []
        for prop in props:
            name, kind = orjson.dumps(prop.name), prop.kind.encode()
            identity = orjson.dumps(encoded(prop.id))
            before = b'%s:{"id":%s,"type":"%s","%s":' % (name, identity, kind, kind)
            columns.append(Column(prop.id, before, self._reader(source, prop)))
        formulas = [prop for prop in props if prop.kind == "formula"]
        clocked = {one.id for one in formulas if computed.asks_the_time(source, one)}
        return Layout(
            epoch=source.epoch,
            columns=tuple(columns),
            files=tuple(prop.id for prop in props if prop.kind == "files"),
            clocked=tuple(column for column in columns if column.raw in clocked),
            volatile=any(prop.kind == "rollup" for prop in props),
        )

    def page(self, page: Page, *, old: bool = False, only: Container[str] | None = None) -> bytes:
        """Return a page as a JSON object without ``request_id``.

        Args:
            page: The page.
            old: Add ``archived``, as version 2025-09-03 does.
            only: Raw ids of the properties to show; None shows all.
        """
        core = self._core(page) if only is None else self._build(page, only)
        if not old:
            return core + b"}"
        trashed = core.find(b'"in_trash":true,"is_archived"') >= 0 and self._trashed(page)
        return core + b',"archived":' + _TRUE_FALSE[trashed] + b"}"

    def _trashed(self, page: Page) -> bool:
        return page.in_trash or self.state.buried(page.parent)

    def _core(self, page: Page) -> bytes:
        source = self.state.schema_of(page)
        layout = self.layout(source)
        signed = holds_file(page.icon) or holds_file(page.cover)
        if signed or layout.volatile or (layout.files and _holds_uploads(layout, page)):
            return self._build(page, None)
        timed = tuple([column.render(page, None) for column in layout.clocked])
        key = (page.version, source.epoch, self.state.epoch, page.edited, timed)
        if page.rendered is None or page.rendered[0] != key:
            if page.rendered is None:
                self._remember(page)
            page.rendered = (key, self._build(page, None))
        return page.rendered[1]

    def _remember(self, page: Page) -> None:
        """Note that a page keeps its bytes; the page that did so longest drops its own."""
        self._keeping.append(page)
        if len(self._keeping) > KEPT:
            self._keeping.popleft().rendered = None

    def _build(self, page: Page, only: Container[str] | None) -> bytes:
        state = self.state
        layout = self.layout(state.schema_of(page))
        values = page.values
        parts = [
            column.before + column.render(page, values.get(column.raw))
            for column in layout.columns
            if only is None or column.raw in only
        ]
        head = (
            f'{{"object":"page","id":"{page.id}","created_time":"{minute_stamp(page.created)}",'
            f'"last_edited_time":"{minute_stamp(page.edited)}",'
            f'"created_by":{{"object":"user","id":"{page.created_by}"}},'
            f'"last_edited_by":{{"object":"user","id":"{page.edited_by}"}},'
        ).encode()
        slug = _NOT_WORD.sub("-", _spoken(page.values.get(TITLE))).strip("-")
        bare = page.id.replace("-", "")
        url = f"{URL}{slug}-{bare}" if slug else URL + bare
        return b"".join(
            (
                head,
                b'"cover":',
                b"null" if page.cover is None else orjson.dumps(state.storage.shown(page.cover)),
                b',"icon":',
                b"null" if page.icon is None else orjson.dumps(state.storage.shown(page.icon)),
                b',"parent":',
                orjson.dumps(parent_json(page.parent, state)),
                b',"in_trash":',
                _TRUE_FALSE[self._trashed(page)],
                b',"is_archived":',
                _TRUE_FALSE[page.is_archived],
                b',"is_locked":',
                _TRUE_FALSE[page.is_locked],
                b',"properties":{',
                b"},".join(parts) + b"}" if parts else b"",
                b'},"url":"',
                url.encode(),
                b'","public_url":null',
            )
        )

    def _reader(self, source: DataSource, prop: Property) -> Reader:
        """Return what turns a value into JSON; a relation's has its sibling ``has_more``."""
        match prop.kind:
            case "title" | "rich_text":
                if self.state.switches.full_mentions is None:
                    return lambda _, value: render_text(value)
                return lambda _, value: self.text(value)
            case "checkbox":
                return lambda _, value: _TRUE_FALSE[bool(value)]
            case "relation":
                return lambda _, value: self._relation(prop, value)
            case "number" | "url" | "email" | "phone_number" | "place":
                return lambda _, value: b"null" if value is None else orjson.dumps(value)
            case "select" | "status":
                options = _options(prop)
                return lambda _, value: options.get(value, b"null")
            case "multi_select":
                options = _options(prop)
                return lambda _, value: (
                    b"[" + b",".join([options[one] for one in value if one in options]) + b"]"
                    if value
                    else b"[]"
                )
            case "date":
                return lambda _, value: b"null" if value is None else _date(value)
            case "formula":
                formula = computed.formula_reader(self.state, self, source, prop)
                return lambda page, _: formula(page)
            case _:
                return lambda page, value: orjson.dumps(self.value(prop, page, value))

    def text(self, value: Any) -> bytes:
        """Return a rich text as JSON; of its mentions of users the first are full."""
        limit = self.state.switches.full_mentions
        if limit is None or not isinstance(value, list):
            return render_text(value)
        mentions = 0
        shown = []
        for item in value:
            mention = item.get("mention")
            if mention and mention["type"] == "user":
                mentions += 1
                if mentions > limit:
                    partial = {"object": "user", "id": mention["user"]["id"]}
                    shown.append({**item, "mention": {"type": "user", "user": partial}})
                    continue
            shown.append(item)
        return orjson.dumps(shown)

    def references(self, prop: Property, value: list[str] | None) -> list[str]:
        """Return the page ids that a relation shows to this integration."""
        state = self.state
        if not value or prop.target is None or not state.source_visible(prop.target):
            return []
        if state.trash_count == 0 and not state.awaited:
            return value
        hide = state.switches.trashed_targets == "hide"
        return [
            one for one in value if one in state.pages and not (hide and state.pages[one].in_trash)
        ]

    def _relation(self, prop: Property, value: list[str] | None) -> bytes:
        if not value:
            return b'[],"has_more":false'
        ids = self.references(prop, value)
        if not ids:
            return b'[],"has_more":false'
        listed = '"},{"id":"'.join(ids[:REFERENCES_SHOWN])
        more = "true" if len(ids) > REFERENCES_SHOWN else "false"
        return f'[{{"id":"{listed}"}}],"has_more":{more}'.encode()

    def value(self, prop: Property, page: Page, value: Any) -> Any:
        """Return a value as plain JSON data (relations and texts excluded)."""
        state = self.state
        match prop.kind:
            case "select" | "status":
                option = prop.option(value) if value else None
                return option and {"id": option.id, "name": option.name, "color": option.color}
            case "multi_select":
                found = [prop.option(one) for one in value or ()]
                return [
                    {"id": one.id, "name": one.name, "color": one.color} for one in found if one
                ]
            case "date":
                return render_date(value)
            case "people":
                return [self.user(one) for one in (value or ())[:REFERENCES_SHOWN]]
            case "files":
                return [self.file(one) for one in value or ()]
            case "created_time":
                return minute_stamp(page.created)
            case "last_edited_time":
                return minute_stamp(page.edited)
            case "created_by":
                return self.user(page.created_by)
            case "last_edited_by":
                return self.user(page.edited_by)
            case "unique_id":
                return {"prefix": prop.config.get("prefix"), "number": value}
            case "formula":
                return computed.formula_json(state, self, page, prop)
            case "rollup":
                return computed.rollup_json(state, self, page, prop)
            case "button":
                return {}
            case "verification":
                return {"state": "unverified", "date": None, "verified_by": None}
            case _:
                return value

    def user(self, user_id: str) -> Json:
        """Return the full user object, or the partial one for a stranger."""
        return self.state.user_json(user_id) or {"object": "user", "id": user_id}

    def file(self, kept: Json) -> Json:
        """Return a file; an uploaded one gets a signed URL that differs on every read."""
        if kept["type"] == "external":
            return {"name": kept["name"], "type": "external", "external": {"url": kept["url"]}}
        signed = self.state.storage.sign(kept["url"])
        return {"name": kept["name"], "type": "file", "file": signed}


def _spoken(title: RichText | None) -> str:
    """Return what of a title goes into an address: mentions do not."""
    if not isinstance(title, list):
        return title or ""
    return "".join([item["plain_text"] for item in title if item["type"] != "mention"])


def _holds_uploads(layout: Layout, page: Page) -> bool:
    return any(one["type"] == "file" for raw in layout.files for one in page.values.get(raw, ()))


def _options(prop: Property) -> dict[str, bytes]:
    return {
        one.id: orjson.dumps({"id": one.id, "name": one.name, "color": one.color})
        for one in prop.options
    }


def _date(value: DateValue) -> bytes:
    start, end = value
    until = "null" if end is None else f'"{end}"'
    return f'{{"start":"{start}","end":{until},"time_zone":null}}'.encode()
