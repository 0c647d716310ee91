"""Views of databases: kept as data, and queries that run what they say.

The rule: a database always has the view that it was born with until that is deleted; what a
query of a view found stays what it was for fifteen minutes by the workspace's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from notion_emulator.changes import Change
from notion_emulator.errors import bad_body, invalid, missing
from notion_emulator.ids import normal_id
from notion_emulator.stamps import MINUTE, exact_stamp, to_ms
from notion_emulator.state import URL

if TYPE_CHECKING:
    from datetime import datetime

    from notion_emulator.ids import Ids
    from notion_emulator.model import Database, DataSource
    from notion_emulator.query import Queries
    from notion_emulator.state import State

Json = dict[str, Any]

KINDS = (
    *("table", "board", "list", "calendar", "timeline"),
    *("gallery", "form", "chart", "map", "dashboard"),
)
QUERY_LIFE = 15 * MINUTE
MAX_QUERIES = 1_000
_CHANGEABLE = ("name", "filter", "sorts", "quick_filters", "configuration")


@dataclass(slots=True, eq=False)
class View:
    """A view; ``native`` is the one with which its database was born."""

    id: str
    sequence: int
    database_id: str
    source_id: str
    name: str
    kind: str
    created: int
    edited: int
    created_by: str
    edited_by: str
    filter: Any = None
    sorts: Any = None
    quick_filters: Any = None
    configuration: Any = None
    native: bool = False
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a query of a view found: page ids, until when it holds, whether it was all."""

    id: str
    view_id: str
    pages: tuple[str, ...]
    expires: int
    incomplete: bool


class Views:
    """Writes, shows and queries views."""

    def __init__(self, state: State, queries: Queries, wire_ids: Ids) -> None:
        self.state = state
        self.queries = queries
        self.wire_ids = wire_ids
        self._found: dict[str, Found] = {}

    def find(self, view_id: str) -> View:
        """Return a view of a database that is shared.

        Raises:
            ApiError: 404.
        """
        view = self.state.views.get(view_id)
        if view is None or view.deleted or not self.state.source_visible(view.source_id):
            raise self.state.missing("view", view_id)
        return view

    def listed(self, database_id: str | None, source_id: str | None) -> list[View]:
        """Return the views of a database or of a data source, oldest first.

        Raises:
            ApiError: 404 for what is not there, 400 when neither is named.
        """
        state = self.state
        if source_id is not None:
            source = state.source(source_id)
            self._native(state.databases[source.database_id])
        elif database_id is not None:
            self._native(state.database(database_id))
        else:
            raise invalid(
                "query failed validation: query.database_id or query.data_source_id should be "
                "defined, instead both were `undefined`."
            )
        found = [
            view
            for view in self.state.views.values()
            if not view.deleted
            and (database_id is None or view.database_id == database_id)
            and (source_id is None or view.source_id == source_id)
        ]
        return sorted(found, key=lambda view: (view.created, view.sequence))

    def _native(self, database: Database) -> None:
        """Give a database the view that it has from birth, unless it has one."""
        views = [view for view in self.state.views.values() if view.database_id == database.id]
        if any(view.native for view in views) or not database.sources:
            return
        view = View(
            self.state.ids.uuid(),
            0,
            database.id,
            database.sources[0],
            "Default view",
            "table",
            database.created,
            database.created,
            database.created_by,
            database.created_by,
            native=True,
        )
        self.state.views[view.id] = view

    # ---- writing

    def add(
        self,
        body: Json,
        *,
        id: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
    ) -> Json:
        """Create a view as anybody and at any time; return the view object.

        A view with an id of one's choice takes the place of the one that a database has from
        birth.
        """
        instant = self.state.now() if at is None else to_ms(at)
        view = self.create(body, view_id=normal_id(id), at=instant, by=by or self.state.bot.id)
        view.native = id is not None
        return self.json(view)

    def create(self, body: Json, *, view_id: str | None, at: int, by: str) -> View:
        """Create a view.

        Raises:
            ApiError: 400 or 404, in Notion's words.
        """
        source = self._source(body)
        database = self.state.databases[source.database_id]
        named = body.get("database_id")
        if named is not None and normal_id(named) != database.id:
            self.state.database(normal_id(named) or "")
            raise invalid(
                f"Data source with ID {source.id} is not in the database with ID {named}: a view "
                "of another database's rows is a linked database, which is made in Notion."
            )
        for part in ("view_id", "create_database", "placement"):
            if part in body:
                raise bad_body(f"body.{part}", "not present", body[part])
        for part in ("name", "type"):
            if part not in body:
                raise missing(f"body.{part}")
        if body["type"] not in KINDS:
            listed = ", ".join(f'`"{one}"`' for one in KINDS)
            raise bad_body("body.type", f"one of {listed}", body["type"])
        if view_id is None:
            self._native(database)
        view = View(
            view_id or self.state.ids.uuid(),
            self.state.sequence(),
            database.id,
            source.id,
            "",
            body["type"],
            at,
            at,
            by,
            by,
        )
        self._describe(view, source, body)
        self.state.views[view.id] = view
        self._tell("view.created", view, at, by, {"view_type": view.kind})
        return view

    def _tell(self, kind: str, view: View, at: int, by: str, detail: Json) -> None:
        """Tell what became of a view, unless its data source is not shared."""
        if self.state.source_visible(view.source_id):
            parent = {"id": view.database_id, "type": "database"}
            change = Change(kind, view.id, at, by, {"parent": parent, **detail})
            self.state.changes.tell(change)

    def _source(self, body: Json) -> DataSource:
        written = body.get("data_source_id")
        if written is None:
            raise missing("body.data_source_id")
        found = normal_id(written)
        if found is None:
            raise bad_body("body.data_source_id", "a valid uuid", written)
        return self.state.source(found)

    def _describe(self, view: View, source: DataSource, body: Json) -> None:
        """Take what a body says of a view, all or nothing."""
        if "name" in body and not isinstance(body["name"], str):
            raise bad_body("body.name", "a string", body["name"])
        asked = {"filter": body.get("filter"), "sorts": body.get("sorts")}
        self.queries.run(source, {key: one for key, one in asked.items() if one is not None})
        for part in ("quick_filters", "configuration"):
            if body.get(part) is not None and not isinstance(body[part], dict):
                raise bad_body(f"body.{part}", "an object", body[part])
        kind = (body.get("configuration") or {}).get("type", view.kind)
        if kind != view.kind:
            raise bad_body("body.configuration.type", f'`"{view.kind}"`', kind)
        for part in _CHANGEABLE:
            if part in body:
                setattr(view, part, body[part])

    def update(self, view: View, body: Json, *, at: int, by: str) -> None:
        """Change name, filter, sorts or configuration of a view; its kind stays.

        Raises:
            ApiError: 400, in Notion's words.
        """
        for part in body:
            if part not in _CHANGEABLE:
                raise bad_body(f"body.{part}", "not present", body[part])
        self._describe(view, self.state.sources[view.source_id], body)
        view.edited, view.edited_by = at, by
        told = [part for part in ("name", "filter", "sorts", "configuration") if part in body]
        if told:
            self._tell("view.updated", view, at, by, {"updated_fields": told})

    def delete(self, view: View, *, at: int, by: str) -> None:
        """Remove a view for good."""
        view.deleted = True
        self._tell("view.deleted", view, at, by, {})

    # ---- queries

    def query(self, view: View, at: int) -> Found:
        """Run what a view says and keep what it finds for a while."""
        source = self.state.sources[view.source_id]
        body: Json = {"filter": view.filter, "sorts": view.sorts}
        body = {key: one for key, one in body.items() if one is not None}
        ids: list[str] = []
        answer = self.queries.run(source, body)
        incomplete = answer.incomplete
        while True:
            ids += [page.id for page in answer.pages]
            if answer.next_cursor is None:
                break
            answer = self.queries.run(source, {**body, "start_cursor": answer.next_cursor})
        found = Found(self.wire_ids.uuid(), view.id, tuple(ids), at + QUERY_LIFE, incomplete)
        self._found[found.id] = found
        while len(self._found) > MAX_QUERIES:
            del self._found[next(iter(self._found))]
        return found

    def found(self, view: View, query_id: str, at: int) -> Found:
        """Return what a query of a view found, while it holds.

        Raises:
            ApiError: 404.
        """
        found = self._found.get(query_id)
        if found is None or found.view_id != view.id or at >= found.expires:
            raise self.state.missing("view_query", query_id)
        return found

    def drop(self, found: Found) -> None:
        """Forget what a query found."""
        del self._found[found.id]

    # ---- showing

    def brief(self, view: View) -> Json:
        """Return the partial view object."""
        return {
            "object": "view",
            "id": view.id,
            "parent": {"type": "database_id", "database_id": view.database_id},
            "type": view.kind,
        }

    def json(self, view: View) -> Json:
        """Return a view object."""
        database, own = view.database_id.replace("-", ""), view.id.replace("-", "")
        return {
            "object": "view",
            "id": view.id,
            "parent": {"type": "database_id", "database_id": view.database_id},
            "data_source_id": view.source_id,
            "name": view.name,
            "type": view.kind,
            "created_time": exact_stamp(view.created),
            "created_by": {"object": "user", "id": view.created_by},
            "last_edited_time": exact_stamp(view.edited),
            "last_edited_by": {"object": "user", "id": view.edited_by},
            "url": f"{URL}{database}?v={own}",
            "filter": view.filter,
            "sorts": view.sorts,
            "quick_filters": view.quick_filters,
            "configuration": {"type": view.kind, **(view.configuration or {})},
        }
