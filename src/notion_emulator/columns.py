"""The schema of a data source: adding, renaming, retyping and removing properties.

The rule: a property is its id. A rename keeps it, removal and re-creation give a new one; a
two-way relation is two properties that know each other and change together.
"""

from __future__ import annotations

from copy import copy, deepcopy
from typing import TYPE_CHECKING, Any

from notion_emulator.computed import bind_expression, plain_value, spell_expression
from notion_emulator.conversions import reread
from notion_emulator.errors import ApiError, bad_body, invalid, missing
from notion_emulator.ids import decoded, encoded, normal_id
from notion_emulator.model import COMPUTED_KINDS, TITLE, DataSource, Property
from notion_emulator.richtext import plain_text
from notion_emulator.rows import Rows
from notion_emulator.schema import (
    CREATABLE,
    apply_config,
    default_status,
    kind_of,
    render_config,
    render_property,
)

if TYPE_CHECKING:
    from notion_emulator.render import Renderer
    from notion_emulator.state import State

Json = dict[str, Any]

MAX_PROPERTIES = 500


class Columns:
    """Writes and shows schemas."""

    def __init__(self, state: State, renderer: Renderer) -> None:
        self.state = state
        self.renderer = renderer
        self._reserved: dict[tuple[str, str], str] = {}

    # ---- trying

    def rehearse(self, source: DataSource, written: object, *, new: bool = False) -> None:
        """Do a written change of schema where nobody sees it, to refuse it before it begins.

        ``new`` says that the data source is yet to be made of it.

        Raises:
            ApiError: 400 or 404, as `create`, `connect` or `update` would.
        """
        shadow = copy(self.state)
        shadow.sources = deepcopy(dict(self.state.sources))
        shadow.rows = {one: Rows() for one in [*shadow.sources, source.id]}
        shadow.pages, shadow.ids = {}, deepcopy(self.state.ids)
        shadow.forget()
        columns = Columns(shadow, self.renderer)
        if not new:
            columns.update(shadow.sources[source.id], written, at=0)
            return
        made = deepcopy(source)
        columns.create(made, written)
        shadow.sources[made.id] = made
        columns.connect(made)

    # ---- creating

    def create(self, source: DataSource, written: object) -> None:
        """Give a new data source its properties; without any it gets a title "Name".

        Raises:
            ApiError: 400 for a wrong shape or no title.
        """
        if written is None:
            written = {"Name": {"title": {}}}
        if not isinstance(written, dict):
            raise bad_body("body.properties", "an object", written)
        kinds = {
            name: kind_of(config, f"body.properties.{name}") for name, config in written.items()
        }
        titles = [name for name, kind in kinds.items() if kind == TITLE]
        if len(titles) != 1:
            raise invalid(
                "Title is not provided" if not titles else "Cannot have more than one title."
            )
        for name, config in written.items():
            self._add(source, name, kinds[name], config)

    def connect(self, source: DataSource) -> None:
        """Complete what needs the data source to stand in the workspace."""
        for prop in list(source.properties.values()):
            self._complete(source, prop)

    def _add(self, source: DataSource, name: str, kind: str, config: Json) -> Property:
        state = self.state
        path = f"body.properties.{name}"
        if len(source.properties) >= MAX_PROPERTIES:
            raise invalid(f"A data source cannot have more than {MAX_PROPERTIES} properties.")
        if kind == "unique_id" and source.of_kind("unique_id"):
            raise invalid("A data source cannot have more than one unique_id property.")
        raw = TITLE if kind == TITLE else self._new_id(source, name)
        prop = Property(raw, name, kind)
        apply_config(prop, config, state.ids, state.switches, path)
        if kind == "relation":
            self._point(prop, config, source, path)
        source.properties[raw] = prop
        source.epoch += 1
        return prop

    def place(self, source: DataSource, name: str, config: Json, raw: str | None) -> Property:
        """Add a property with an id of one's choice, of any kind that the renderer knows.

        The id that a two-way relation names for its mirror is taken for the mirror.

        Raises:
            ApiError: 400 for a wrong shape.
        """
        self._free_name(source, name, None)
        if raw is not None:
            self._reserved[source.id, name] = raw
        kind = str(config.get("type"))
        if kind in CREATABLE:
            dual = (config.get("relation") or {}).get("dual_property") or {}
            target = normal_id((config.get("relation") or {}).get("data_source_id"))
            if target is not None and dual.get("synced_property_id"):
                mirror = (target, dual.get("synced_property_name") or "")
                self._reserved[mirror] = decoded(dual["synced_property_id"])
            prop = self._add(source, name, kind, config)
            self._complete(source, prop)
        else:
            prop = Property(self._new_id(source, name), name, kind)
            source.properties[prop.id] = prop
            source.epoch += 1
        self._reserved.clear()
        self.state.touch()
        return prop

    def _new_id(self, source: DataSource, name: str) -> str:
        raw = self._reserved.pop((source.id, name), None)
        if raw is not None and raw not in source.properties:
            return raw
        return self.state.ids.property_id(source.properties)

    def _complete(self, source: DataSource, prop: Property) -> None:
        """Resolve the names in a formula or rollup and create the mirror of a relation."""
        state = self.state
        if prop.kind == "formula":
            prop.config["expression"] = bind_expression(
                prop.config["expression"], source, state.space_id
            )
        elif prop.kind == "rollup":
            self._bind_rollup(source, prop)
        elif prop.kind == "relation" and "dual" in prop.config:
            name = prop.config.pop("dual")
            self._mirror(source, prop, name)
        elif prop.kind == "unique_id":
            for page in sorted(state.rows[source.id].everything(), key=lambda one: one.order):
                page.values[prop.id] = source.next_number
                source.next_number += 1
        elif prop.kind == "status":
            first = default_status(prop)
            for page in state.rows[source.id].everything():
                page.values.setdefault(prop.id, first)
        source.epoch += 1

    # ---- relations

    def _point(self, prop: Property, config: Json, source: DataSource, path: str) -> None:
        inner = config["relation"] if isinstance(config.get("relation"), dict) else {}
        target = inner.get("data_source_id")
        if target is None and inner.get("database_id") is not None:
            database = self.state.database(normal_id(inner["database_id"]) or "")
            target = database.sources[0]
        found = normal_id(target)
        if target is None:
            raise missing(f"{path}.relation.data_source_id")
        if found is None:
            raise bad_body(f"{path}.relation.data_source_id", "a valid uuid", target)
        if found != source.id:
            self.state.source(found)
        prop.target = found
        prop.config = {}
        kind = inner.get("type") or ("dual_property" if "dual_property" in inner else "")
        if kind == "dual_property":
            dual = inner.get("dual_property") or {}
            name = dual.get("synced_property_name") if isinstance(dual, dict) else dual
            if not isinstance(name, str | None):
                raise bad_body(f"{path}.relation.dual_property", "an object", dual)
            prop.config["dual"] = name

    def _mirror(self, source: DataSource, prop: Property, name: str | None) -> None:
        """Create the property on the other side and fill it."""
        state = self.state
        target = state.sources[prop.target or ""]
        title = plain_text(source.title)
        wanted = name or f"Related to {title} ({prop.name})"
        free = wanted
        number = 1
        while any(one.name == free for one in target.properties.values()):
            free = f"{wanted} {number}"
            number += 1
        raw = self._new_id(target, free)
        target.properties[raw] = Property(raw, free, "relation", target=source.id, mirror=prop.id)
        prop.mirror = raw
        target.epoch += 1
        for page in state.rows[source.id].everything():
            for one in page.values.get(prop.id, ()):
                other = state.pages.get(one)
                if other is not None:
                    other.values.setdefault(raw, []).append(page.id)
                    other.version += 1

    def _release(self, prop: Property, *, delete: bool) -> None:
        """Cut the bond to the property on the other side."""
        if prop.mirror is None or prop.target is None:
            return
        other = self.state.sources[prop.target]
        mirror = other.properties.get(prop.mirror)
        prop.mirror = None
        if mirror is not None:
            mirror.mirror = None
            if delete:
                self._drop(other, mirror)
            other.epoch += 1

    # ---- changing

    def update(self, source: DataSource, written: object, *, at: int) -> None:
        """Apply a written change of schema.

        Raises:
            ApiError: 400 for a wrong shape.
        """
        if not isinstance(written, dict):
            raise bad_body("body.properties", "an object", written)
        for key, config in written.items():
            prop = source.find(key)
            if prop is None and isinstance(config, dict) and config.get("id"):
                prop = source.find(config["id"])
            if config is None:
                if prop is None:
                    raise invalid(f"{key} is not a property that exists.")
                self._remove(source, prop)
            elif prop is None:
                name = str(config.get("name", key)) if isinstance(config, dict) else key
                self._free_name(source, name, None)
                kind = kind_of(config, f"body.properties.{key}")
                if kind == TITLE:
                    raise invalid("Cannot create new title property.")
                self._complete(source, self._add(source, name, kind, config))
            else:
                self._change(source, prop, config, f"body.properties.{key}")
        source.epoch += 1
        self.state.touch()
        if self.state.switches.schema_edit_bumps_rows and written:
            rows = self.state.rows[source.id]
            for page in list(rows.everything()):
                rows.stamp(page, at)

    def _free_name(self, source: DataSource, name: str, prop: Property | None) -> None:
        if any(one.name == name and one is not prop for one in source.properties.values()):
            raise invalid(f"A property with the name {name} already exists.")

    def _remove(self, source: DataSource, prop: Property) -> None:
        if prop.kind == TITLE:
            raise invalid("Cannot delete title property.")
        self._release(prop, delete=self.state.switches.deleted_half == "both")
        self._drop(source, prop)

    def _drop(self, source: DataSource, prop: Property) -> None:
        del source.properties[prop.id]
        source.epoch += 1
        for page in self.state.rows[source.id].everything():
            if page.values.pop(prop.id, None) is not None:
                page.version += 1

    def _change(self, source: DataSource, prop: Property, config: object, path: str) -> None:
        if not isinstance(config, dict):
            raise bad_body(path, "an object or `null`", config)
        name = config.get("name")
        if not isinstance(name, str | None):
            raise bad_body(f"{path}.name", "a string", name)
        if name is not None and name != prop.name:
            self._free_name(source, name, prop)
            prop.name = name
            source.epoch += 1
            self._tell_mirror(prop)
        if "description" in config:
            prop.description = config["description"] or None
        bare = {key: one for key, one in config.items() if key not in {"name", "id", "description"}}
        if not bare:
            return
        kind = kind_of(config, path)
        if kind != prop.kind:
            self._retype(source, prop, kind, config)
            return
        if kind == "relation":
            self._reconnect(source, prop, config, path)
            return
        apply_config(prop, config, self.state.ids, self.state.switches, path)
        if "description" not in config and bare.get(kind):
            prop.description = None  # as documented: new settings without one clear it
        if kind in {"formula", "rollup"}:
            self._complete(source, prop)
        self._prune(source, prop)

    def _tell_mirror(self, prop: Property) -> None:
        if prop.mirror is not None and prop.target is not None:
            self.state.sources[prop.target].epoch += 1

    def _prune(self, source: DataSource, prop: Property) -> None:
        """Clear values whose option is gone."""
        if prop.kind not in {"select", "multi_select", "status"}:
            return
        left = {option.id for option in prop.options}
        fallback = default_status(prop) if prop.kind == "status" else None
        for page in self.state.rows[source.id].everything():
            value = page.values.get(prop.id)
            if value is None:
                continue
            if isinstance(value, list):
                kept: Any = [one for one in value if one in left] or None
            else:
                kept = value if value in left else fallback
            if kept is None:
                page.values.pop(prop.id)
            else:
                page.values[prop.id] = kept

    def _reconnect(self, source: DataSource, prop: Property, config: Json, path: str) -> None:
        """Point a relation elsewhere or turn it one-way or two-way."""
        before, mirror = prop.target, prop.mirror
        self._point(prop, config, source, path)
        dual = "dual" in prop.config
        if prop.target == before and dual == (mirror is not None):
            name = prop.config.pop("dual", None)
            if mirror is not None and name:
                self.state.sources[prop.target or ""].properties[mirror].name = name
            return
        target, prop.target, prop.mirror = prop.target, before, mirror
        self._release(prop, delete=target != before)
        prop.target = target
        if target != before:
            for page in self.state.rows[source.id].everything():
                page.values.pop(prop.id, None)
        self._complete(source, prop)

    def _retype(self, source: DataSource, prop: Property, kind: str, config: Json) -> None:
        """Change the kind of a property and read its values anew."""
        state = self.state
        if TITLE in {prop.kind, kind}:
            raise invalid("Cannot update type of title property.")
        if "place" in {prop.kind, kind}:
            raise invalid("Cannot change a property to or from the type place.")
        pages = list(state.rows[source.id].everything())
        texts: dict[str, object] = {}
        if prop.kind not in COMPUTED_KINDS and prop.kind != "relation":
            texts = {page.id: plain_value(state, self.renderer, page, prop) for page in pages}
        self._release(prop, delete=True)
        self._drop(source, prop)
        raw = prop.id if state.switches.type_change_keeps_id else None
        fresh = self._add(source, prop.name, kind, config)
        fresh.description = prop.description
        if raw is not None:
            del source.properties[fresh.id]
            fresh.id = raw
            source.properties[raw] = fresh
            source.epoch += 1
        self._complete(source, fresh)
        for page in pages:
            value = reread(state, fresh, texts.get(page.id))
            if value is not None:
                page.values[fresh.id] = value
            page.version += 1

    # ---- rollups and rendering

    def _bind_rollup(self, source: DataSource, prop: Property) -> None:
        config = prop.config
        relation = source.find(
            config.get("relation_property_id") or config.get("relation_property_name") or ""
        )
        if relation is None or relation.kind != "relation":
            raise ApiError(400, "validation_error", f"{prop.name}: no such relation property.")
        target = self.state.sources[relation.target or ""]
        rolled = target.find(
            config.get("rollup_property_id") or config.get("rollup_property_name") or ""
        )
        if rolled is None:
            raise ApiError(400, "validation_error", f"{prop.name}: no such rollup property.")
        prop.config = {
            "relation_property_id": relation.id,
            "rollup_property_id": rolled.id,
            "function": config["function"],
        }

    def render(self, source: DataSource) -> Json:
        """Return the schema as the API shows it."""
        state = self.state
        props = sorted(source.properties.values(), key=lambda prop: (len(prop.id), prop.id))
        shown: Json = {}
        for prop in props:
            if prop.kind == "relation":
                if not state.source_visible(prop.target or "") and not (
                    state.switches.unshared_relation_in_schema
                ):
                    continue
                config = self._relation_json(prop)
            elif prop.kind == "formula":
                text = prop.config["expression"]
                if state.switches.formula_readback == "prop":
                    text = spell_expression(text, source)
                config = {"expression": text}
            elif prop.kind == "rollup":
                config = self._rollup_json(source, prop)
            else:
                config = render_config(prop)
            shown[prop.name] = render_property(prop, config)
        return shown

    def _relation_json(self, prop: Property) -> Json:
        target = self.state.sources[prop.target or ""]
        body: Json = {"database_id": target.database_id, "data_source_id": target.id}
        mirror = None if prop.mirror is None else target.properties.get(prop.mirror)
        if mirror is None:
            return {**body, "type": "single_property", "single_property": {}}
        return {
            **body,
            "type": "dual_property",
            "dual_property": {
                "synced_property_name": mirror.name,
                "synced_property_id": encoded(mirror.id),
            },
        }

    def _rollup_json(self, source: DataSource, prop: Property) -> Json:
        relation = source.properties.get(prop.config["relation_property_id"])
        target = self.state.sources.get((relation.target or "") if relation else "")
        rolled = target.properties.get(prop.config["rollup_property_id"]) if target else None
        return {
            "rollup_property_name": rolled.name if rolled else None,
            "relation_property_name": relation.name if relation else None,
            "rollup_property_id": prop.config["rollup_property_id"],
            "relation_property_id": prop.config["relation_property_id"],
            "function": prop.config["function"],
        }
