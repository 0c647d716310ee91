"""Databases, data sources and schemas as they were before a recording began.

The rule: properties keep their recorded ids; a schema that no answer shows is read off the
rows, as far as values tell of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.contract.recording import Json, dashed

if TYPE_CHECKING:
    from tests.contract.seeding import Seeder

_LINKED = ("relation", "formula", "rollup")
#: Properties whose configuration a value does not tell.
_UNTOLD = frozenset({"formula", "rollup"})


def placed(picture: Any) -> Any:
    """Return an icon or cover as a request may name it: a file's signed URL becomes plain."""
    return picture


def _text(value: object) -> list[Json]:
    if isinstance(value, list):
        return value
    return [{"type": "text", "text": {"content": value}}] if isinstance(value, str) else []


class Schemas:
    """Seeds the containers of one workspace."""

    def __init__(self, seeder: Seeder) -> None:
        self.seeder = seeder
        self._sources: list[tuple[str, Json]] = []
        self._databases: list[str] = []
        self._connected = False
        self._unknown: str | None = None

    # ---- containers

    def database(self, database_id: str, wanted: str | None) -> None:
        """Put a database there with all data sources that are known of it."""
        seeder = self.seeder
        if database_id and database_id not in seeder.own.made and seeder.new(database_id):
            self._database(database_id, wanted)
        elif not database_id and wanted is not None:
            self._database("", wanted)
        if wanted is not None and seeder.new(wanted):
            self._more(database_id, wanted)

    def _database(self, database_id: str, wanted: str | None) -> None:
        seeder = self.seeder
        thing = {**seeder.hint("database", database_id)}
        thing.update(seeder.find("database", database_id) or {})
        sources = self._of(database_id, thing)
        if wanted is not None and wanted not in sources:
            sources.insert(0, wanted)
        first = next((one for one in sources if seeder.new(one)), None)
        source = self._source(first)
        about = {**source, **{key: value for key, value in thing.items() if value is not None}}
        body: Json = {
            "parent": seeder.parent(about.get("parent")),
            "title": _text(about.get("title")),
            "description": about.get("description") or [],
            "is_inline": bool(about.get("is_inline")),
            "initial_data_source": {"properties": {self._title(source): {"title": {}}}},
        }
        if body["parent"].keys() & {"data_source_id", "database_id"}:
            body["parent"] = {"workspace": True}
        for part in ("icon", "cover"):
            if about.get(part):
                body[part] = placed(about[part])
        made = seeder.attempt(
            f"database {database_id}",
            seeder.workspace.create_database,
            body,
            id=seeder.kept(database_id),
            data_source_id=seeder.kept(first),
            at=seeder.at(about.get("created_time")),
            by=seeder.by(about, "created_by"),
        )
        if not isinstance(made, dict):
            return
        ours = made["data_sources"][0]["id"]
        if database_id:
            seeder.translation.assume(database_id, made["id"])
            self._databases.append(database_id)
        if first is not None:
            seeder.translation.assume(first, ours)
            self._enter(first, ours, source)
            self._entitle(made["id"], thing)
        for one in sources:
            if one != first and seeder.new(one):
                self._more(database_id, one)

    def _entitle(self, ours: str, thing: Json) -> None:
        """Give a database its own title and description where it differs from its data source."""
        state = self.seeder.workspace.state
        for part in ("title", "description"):
            if thing.get(part) is not None:
                setattr(state.databases[ours], part, state.texts.read(_text(thing[part]), part))

    def _more(self, database_id: str, source_id: str) -> None:
        """Add a further data source to a database."""
        seeder = self.seeder
        source = self._source(source_id)
        body = {
            "parent": {"database_id": seeder.translation.local(database_id)},
            "title": _text(source.get("title")),
            "properties": {self._title(source): {"title": {}}},
        }
        made = seeder.attempt(
            f"data source {source_id}",
            seeder.workspace.create_data_source,
            body,
            id=seeder.kept(source_id),
            at=seeder.at(source.get("created_time")),
            by=seeder.by(source, "created_by"),
        )
        if isinstance(made, dict):
            seeder.translation.assume(source_id, made["id"])
            self._enter(source_id, made["id"], source)

    def _of(self, database_id: str, thing: Json) -> list[str]:
        """Return the ids of the data sources of a database."""
        listed = [dashed(one["id"]) for one in thing.get("data_sources") or ()]
        for known in (self.seeder.own, self.seeder.library):
            for source_id, source in known.full["data_source"].items():
                parent = (source.get("parent") or {}).get("database_id")
                if parent and dashed(parent) == database_id and source_id not in listed:
                    listed.append(source_id)
        made = self.seeder.own.made
        return [one for one in listed if one not in made] if database_id else []

    def _source(self, source_id: str | None) -> Json:
        """Return a data source as it was, or what its rows and others tell of it."""
        seeder = self.seeder
        if source_id is None:
            return {}
        found = seeder.find("data_source", source_id)
        if found is not None:
            return found
        rows = seeder.own.rows.get(source_id) or seeder.library.rows.get(source_id) or []
        hint = seeder.hint("data_source", source_id)
        return {"title": hint.get("title"), "properties": read_off(rows)}

    @staticmethod
    def _title(source: Json) -> str:
        for name, prop in (source.get("properties") or {}).items():
            if prop.get("type") == "title":
                return str(name)
        return "Name"

    # ---- properties

    def _enter(self, source_id: str, ours: str, source: Json) -> None:
        self._sources.append((source_id, source))
        body = {
            part: _text(source[part])
            for part in ("title", "description")
            if source.get(part) is not None
        }
        if body:
            self.seeder.attempt(
                f"title of data source {source_id}",
                self.seeder.workspace.update_data_source,
                ours,
                body,
            )
        for name, prop in (source.get("properties") or {}).items():
            kind = prop.get("type")
            if kind == "title":
                self._describe(ours, name, prop)
            elif kind not in _LINKED:
                self._add(ours, name, prop, self._plain(prop))
        if self._connected:
            self._connect(source_id, source)

    def _plain(self, prop: Json) -> Json:
        kind = prop["type"]
        config = dict(prop.get(kind) or {})
        if kind == "status":
            names = {
                option: group["name"]
                for group in config.pop("groups", None) or ()
                for option in group.get("option_ids", ())
            }
            config["options"] = [
                {**option, "group": names.get(option["id"], "To-do")}
                for option in config.get("options") or ()
            ]
            if not config["options"]:
                config.pop("options")
        return {"type": kind, kind: config}

    def _add(self, ours: str, name: str, prop: Json, config: Json) -> bool:
        if prop.get("description"):
            config["description"] = prop["description"]
        made = self.seeder.attempt(
            f"property {name!r}",
            self.seeder.workspace.add_property,
            ours,
            name,
            config,
            id=prop.get("id"),
        )
        return made is not None

    def _describe(self, ours: str, name: str, prop: Json) -> None:
        if prop.get("description"):
            body = {"properties": {name: {"description": prop["description"]}}}
            self.seeder.attempt(
                f"description of {name!r}", self.seeder.workspace.update_data_source, ours, body
            )

    def connect(self) -> None:
        """Add what leads from one data source to another."""
        self._connected = True
        done: set[str] = set()
        while len(done) < len(self._sources):
            for source_id, source in self._sources[:]:
                if source_id not in done:
                    done.add(source_id)
                    self._relations(source_id, source)
        for kind in ("formula", "rollup", "rollup"):
            for source_id, source in self._sources:
                self._computed(source_id, source, kind)

    def _connect(self, source_id: str, source: Json) -> None:
        self._relations(source_id, source)
        for kind in ("formula", "rollup"):
            self._computed(source_id, source, kind)

    def _relations(self, source_id: str, source: Json) -> None:
        seeder = self.seeder
        ours = seeder.translation.local(source_id)
        for name, prop in (source.get("properties") or {}).items():
            if prop.get("type") != "relation" or self._there(ours, name):
                continue
            config = dict(prop.get("relation") or {})
            target = config.get("data_source_id") or self._guess(source_id, name)
            if target is None:
                config["data_source_id"] = self._somewhere()
            elif dashed(target) in seeder.own.made:
                continue
            else:
                seeder.container("data_source", dashed(target))
                config["data_source_id"] = seeder.translation.local(target)
            config.pop("database_id", None)
            config.setdefault("type", "single_property")
            config.setdefault(config["type"], {})
            self._add(ours, name, prop, {"type": "relation", "relation": config})

    def _there(self, ours: str, name: str) -> bool:
        source = self.seeder.workspace.state.sources.get(ours)
        return source is not None and any(prop.name == name for prop in source.properties.values())

    def _somewhere(self) -> str:
        """Return our id of a data source for pages of which no answer says where they are."""
        if self._unknown is None:
            body = {"parent": {"workspace": True}, "title": _text("Not recorded")}
            made = self.seeder.workspace.create_database(body)
            self._unknown = str(made["data_sources"][0]["id"])
        return self._unknown

    def _guess(self, source_id: str, name: str) -> str | None:
        """Return the data source of a page to which a relation leads."""
        own, library = self.seeder.own, self.seeder.library
        for rows in (own.rows, library.rows):
            for row in rows.get(source_id, ()):
                for one in (row.get(name) or {}).get("relation") or ():
                    page_id = dashed(one["id"])
                    target = own.where.get(page_id) or library.where.get(page_id)
                    if target is not None:
                        return target
        return None

    def _computed(self, source_id: str, source: Json, kind: str) -> None:
        seeder = self.seeder
        ours = seeder.translation.local(source_id)
        for name, prop in (source.get("properties") or {}).items():
            if prop.get("type") != kind or self._there(ours, name):
                continue
            config = dict(prop.get(kind) or {})
            if kind == "rollup":
                for part in ("rollup_property_name", "relation_property_name"):
                    config.pop(part, None)
            if not config:
                seeder.computed.note(source_id, name, prop)
                continue
            self._add(ours, name, prop, {"type": kind, kind: seeder.translation.body(config)})

    def target(self, source_id: str, name: str) -> Json | None:
        """Return the parent of pages to which a relation leads, None if unknown."""
        source = self.seeder.workspace.state.sources.get(self.seeder.translation.local(source_id))
        prop = None if source is None else source.find(name)
        if prop is None or prop.target is None:
            return None
        return {"data_source_id": prop.target}

    # ---- the last things

    def finish(self) -> None:
        """Give stamps and state."""
        seeder, workspace = self.seeder, self.seeder.workspace
        for source_id, source in self._sources:
            ours = seeder.translation.local(source_id)
            at = seeder.at(source.get("last_edited_time"))
            by = seeder.by(source, "last_edited_by")
            body: Json = {"in_trash": True} if source.get("in_trash") else {}
            seeder.attempt(
                f"state of data source {source_id}",
                workspace.update_data_source,
                ours,
                body,
                at=at,
                by=by,
            )
        for database_id in self._databases:
            thing = seeder.find("database", database_id) or {}
            body = {flag: True for flag in ("in_trash", "is_locked") if thing.get(flag)}
            if body:
                ours = seeder.translation.local(database_id)
                seeder.attempt(
                    f"state of database {database_id}", workspace.update_database, ours, body
                )


def read_off(rows: list[Json]) -> Json:
    """Return a schema as far as the values of rows tell of it."""
    schema: Json = {}
    for row in rows:
        for name, value in row.items():
            kind = str(value.get("type"))
            prop = schema.setdefault(name, {"id": value.get("id"), "name": name, "type": kind})
            config = prop.setdefault(kind, {})
            if kind in {"select", "status", "multi_select"}:
                inner = value.get(kind)
                options = config.setdefault("options", [])
                for one in inner if isinstance(inner, list) else [inner]:
                    if one and one["id"] not in {option["id"] for option in options}:
                        options.append(one)
            elif kind == "unique_id":
                config["prefix"] = (value.get("unique_id") or {}).get("prefix")
            elif kind in _UNTOLD:
                prop[kind] = {}
    return schema
