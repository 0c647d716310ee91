"""Databases and data sources: what is written to them and how they are shown.

The rule: a database that holds one data source shares title, description, icon and cover with
it, as recorded; the schema lives in the data source alone (see `columns`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from notion_emulator.changes import Change
from notion_emulator.columns import Columns
from notion_emulator.errors import bad_body, invalid, missing
from notion_emulator.ids import normal_id
from notion_emulator.model import Database, DataSource, Parent
from notion_emulator.pictures import read_picture
from notion_emulator.render import parent_json
from notion_emulator.richtext import plain_text, render_text
from notion_emulator.rows import Rows
from notion_emulator.stamps import exact_stamp, minute_stamp
from notion_emulator.state import URL

if TYPE_CHECKING:
    from notion_emulator.render import Renderer
    from notion_emulator.state import State

Json = dict[str, Any]

_UNTITLED = "New database"


def read_parent(state: State, written: object, path: str = "body.parent") -> Parent:
    """Return a written parent.

    Raises:
        ApiError: 400 for a wrong shape, 404 when it is not there or not shared.
    """
    if not isinstance(written, dict):
        raise missing(path) if written is None else bad_body(path, "an object", written)
    if written.get("workspace") is True:
        return Parent("workspace")
    for kind in ("data_source_id", "page_id", "database_id", "block_id"):
        if kind not in written:
            continue
        found = normal_id(written[kind])
        if found is None:
            raise bad_body(f"{path}.{kind}", "a valid uuid", written[kind])
        if kind == "page_id":
            state.page(found)
        elif kind == "data_source_id":
            state.source(found)
        elif kind == "database_id":
            state.database(found)
        return Parent(kind, found)
    raise missing(f"{path}.page_id")


class Containers:
    """Writes and shows databases and data sources."""

    def __init__(self, state: State, renderer: Renderer) -> None:
        self.state = state
        self.columns = Columns(state, renderer)

    # ---- databases

    def create_database(
        self, body: Json, *, database_id: str | None, source_id: str | None, at: int, by: str
    ) -> Database:
        """Create a database with its first data source."""
        state = self.state
        parent = read_parent(state, body.get("parent"))
        if parent.kind in {"data_source_id", "database_id"}:
            raise bad_body("body.parent.type", '`"page_id"` or `"workspace"`', parent.kind)
        parts = self._parts(body)
        database = Database(
            id=database_id or state.ids.uuid(),
            parent=parent,
            created=at,
            edited=at,
            created_by=by,
            edited_by=by,
            is_inline=bool(body.get("is_inline", False)),
        )
        self._describe(database, parts)
        initial = body.get("initial_data_source") or {}
        if not isinstance(initial, dict):
            raise bad_body("body.initial_data_source", "an object", initial)
        source = DataSource(
            id=source_id or state.ids.uuid(),
            database_id=database.id,
            created=at,
            edited=at,
            created_by=by,
            edited_by=by,
            title=database.title,
            description=database.description,
            icon=database.icon,
            cover=database.cover,
        )
        self.columns.rehearse(source, initial.get("properties"), new=True)
        with state.changes.schemas(state, at, by):
            self.columns.create(source, initial.get("properties"))
            database.sources.append(source.id)
            state.databases[database.id] = database
            state.nest(parent, database.id)
            self._enter(source)
        if parent.kind == "page_id":
            state.pages[parent.id].edited = max(at, state.pages[parent.id].edited)
        state.changes.tell(Change("database.created", database.id, at, by))
        state.changes.tell(Change("data_source.created", source.id, at, by))
        state.changes.below(parent, database.id, "database", at, by)
        return database

    def _enter(self, source: DataSource) -> None:
        self.state.sources[source.id] = source
        self.state.rows[source.id] = Rows()
        self.columns.connect(source)

    def update_database(self, database: Database, body: Json, *, at: int, by: str) -> None:
        """Change title, description, icon, cover, parent or state of a database."""
        state = self.state
        left, trashed = database.parent, database.in_trash
        parent = read_parent(state, body["parent"]) if "parent" in body else None
        parts = self._parts(body)
        if parent is not None:
            state.unnest(database.parent, database.id)
            database.parent = parent
            state.nest(database.parent, database.id)
            state.touch()
        self._describe(database, parts)
        for flag in ("is_inline", "is_locked"):
            if flag in body:
                setattr(database, flag, body[flag])
        if "in_trash" in body:
            self.trash(database, body["in_trash"])
        if len(database.sources) == 1:
            source = state.sources[database.sources[0]]
            for part in ("title", "description", "icon", "cover"):
                if part in body:
                    setattr(source, part, getattr(database, part))
        database.edited_by = by
        if state.switches.database_edit_bumps:
            database.edited = at
        self._tell_place(database, left, database.parent, trashed, at, by)

    def _tell_place(
        self,
        thing: Database | DataSource,
        before: Parent,
        after: Parent,
        trashed: bool,
        at: int,
        by: str,
    ) -> None:
        """Tell that a thing was moved, trashed or restored, if it was."""
        changes = self.state.changes
        kind = "database" if isinstance(thing, Database) else "data_source"
        if before != after:
            changes.moved(kind, thing.id, before, after, at, by)
        if thing.in_trash != trashed:
            fate = "deleted" if thing.in_trash else "undeleted"
            changes.tell(Change(f"{kind}.{fate}", thing.id, at, by))
            changes.below(after, thing.id, kind, at, by)

    def trash(self, thing: Database | DataSource, in_trash: bool) -> None:
        """Put a database or data source into the trash or take it out."""
        if thing.in_trash != in_trash:
            thing.in_trash = in_trash
            self.state.trash_count += 1 if in_trash else -1
            self.state.touch()

    def _parts(self, body: Json) -> Json:
        """Return what a body says of title, description, pictures and flags, read and checked."""
        parts: Json = {
            part: self.state.texts.read(body[part], f"body.{part}")
            for part in ("title", "description")
            if part in body
        }
        for part in ("is_inline", "is_locked", "in_trash"):
            if part in body:
                _flag(body[part], f"body.{part}")
        for part in ("icon", "cover"):
            if part in body:
                parts[part] = read_picture(self.state, body[part], f"body.{part}")
        return parts

    @staticmethod
    def _describe(thing: Database | DataSource, parts: Json) -> None:
        for part, value in parts.items():
            setattr(thing, part, value)

    # ---- data sources

    def create_source(self, body: Json, *, source_id: str | None, at: int, by: str) -> DataSource:
        """Add a data source to a database."""
        state = self.state
        parent = read_parent(state, body.get("parent"))
        if parent.kind != "database_id":
            raise bad_body("body.parent.type", '`"database_id"`', parent.kind)
        source = DataSource(
            id=source_id or state.ids.uuid(),
            database_id=parent.id,
            created=at,
            edited=at,
            created_by=by,
            edited_by=by,
        )
        self._describe(source, self._parts(body))
        self.columns.rehearse(source, body.get("properties"), new=True)
        with state.changes.schemas(state, at, by):
            self.columns.create(source, body.get("properties"))
            state.databases[parent.id].sources.append(source.id)
            self._enter(source)
        state.changes.tell(Change("data_source.created", source.id, at, by))
        return source

    def update_source(self, source: DataSource, body: Json, *, at: int, by: str) -> None:
        """Change schema, title, icon, state or database of a data source."""
        state = self.state
        if source.in_trash and body.get("in_trash") is not False and "properties" in body:
            raise invalid(
                "Can't edit block that is archived. You must unarchive the block before editing."
            )
        properties = body.get("properties")
        left, trashed = Parent("database_id", source.database_id), source.in_trash
        parts = self._parts(body)
        parent = read_parent(state, body["parent"]) if "parent" in body else None
        if parent is not None and parent.kind != "database_id":
            raise bad_body("body.parent.type", '`"database_id"`', parent.kind)
        if properties is not None:
            self.columns.rehearse(source, properties)
            with state.changes.schemas(state, at, by):
                self.columns.update(source, properties, at=at)
        if parent is not None:
            state.databases[source.database_id].sources.remove(source.id)
            state.databases[parent.id].sources.append(source.id)
            source.database_id = parent.id
            state.touch()
        self._describe(source, parts)
        database = state.databases[source.database_id]
        if database.sources == [source.id]:
            for part in ("title", "icon", "cover"):
                if part in body:
                    setattr(database, part, getattr(source, part))
        if "in_trash" in body:
            self.trash(source, body["in_trash"])
        source.edited, source.edited_by = at, by
        above = Parent("database_id", source.database_id)
        self._tell_place(source, left, above, trashed, at, by)

    # ---- reading

    def database_json(self, database: Database) -> Json:
        """Return a database as the API shows it."""
        state = self.state
        sources = [state.sources[one] for one in database.sources]
        return {
            "object": "database",
            "id": database.id,
            "title": _texts(database.title or _UNTITLED),
            "description": _texts(database.description),
            "parent": parent_json(database.parent, state),
            "is_inline": database.is_inline,
            "in_trash": database.in_trash
            or (state.switches.trash_reaches_databases and state.buried(database.parent)),
            "is_locked": database.is_locked,
            "created_time": exact_stamp(database.created),
            "last_edited_time": exact_stamp(database.edited),
            "data_sources": [
                {"id": one.id, "name": plain_text(one.title) or _UNTITLED}
                for one in sources
                if not one.in_trash
            ],
            "icon": state.storage.shown(database.icon),
            "cover": state.storage.shown(database.cover),
            "url": URL + database.id.replace("-", ""),
            "public_url": None,
        }

    def source_json(self, source: DataSource) -> Json:
        """Return a data source as the API shows it."""
        state = self.state
        database = state.databases[source.database_id]
        return {
            "object": "data_source",
            "id": source.id,
            "cover": state.storage.shown(source.cover),
            "icon": state.storage.shown(source.icon),
            "created_time": minute_stamp(source.created),
            "created_by": {"object": "user", "id": source.created_by},
            "last_edited_by": {"object": "user", "id": source.edited_by},
            "last_edited_time": minute_stamp(source.edited),
            "title": _texts(source.title),
            "description": _texts(source.description),
            "is_inline": database.is_inline,
            "properties": self.columns.render(source),
            "parent": {"type": "database_id", "database_id": database.id},
            "database_parent": parent_json(database.parent, state),
            "url": URL + database.id.replace("-", ""),
            "public_url": None,
            "in_trash": source.in_trash or state.buried(Parent("database_id", database.id)),
        }


def _texts(value: Any) -> Any:
    return orjson.loads(render_text(value))


def _flag(value: object, path: str) -> bool:
    if not isinstance(value, bool):
        raise bad_body(path, "a boolean", value)
    return value
