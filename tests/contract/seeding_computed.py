"""Formulas and rollups of which rows were seen, but never the schema.

The rule: a rollup is what gives every row the value that it had, if there is such a one; what
stays untold is put there with the right type, and its values are compared by their form alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from tests.contract.recording import Json

if TYPE_CHECKING:
    from notion_emulator.model import DataSource, Property
    from tests.contract.seeding import Seeder

#: A formula of each type.
_PLAIN = {"string": '""', "number": "0", "boolean": "false", "date": "now()"}


class Computed:
    """Seeds what no answer explains."""

    def __init__(self, seeder: Seeder) -> None:
        self.seeder = seeder
        self._waiting: dict[tuple[str, str], Json] = {}

    def note(self, source_id: str, name: str, prop: Json) -> None:
        """Take a formula or rollup without its configuration, to be found out later."""
        if (source_id, name) not in self._waiting:
            self._waiting[source_id, name] = prop

    def settle(self) -> None:
        """Put everything there, rollups first by what their rows show."""
        for (source_id, name), prop in self._waiting.items():
            self.seeder.attempt(f"property {name!r}", self._settle, source_id, name, prop)

    def _settle(self, source_id: str, name: str, prop: Json) -> None:
        source = self.seeder.workspace.state.sources[self.seeder.translation.local(source_id)]
        shown = self._shown(source_id, name)
        if prop["type"] == "rollup" and self._rollup(source, name, prop, shown):
            return
        config = self._formula(shown) if prop["type"] == "formula" else self._any(source, shown)
        self._add(source, name, prop, config)
        self.seeder.untold.add(self._raw(source, name))
        self.seeder.notes.append(f"property {name!r}: no answer shows how it is computed")

    @staticmethod
    def _formula(shown: dict[str, Json]) -> Json:
        """Return a formula of the type that the values have."""
        kinds = [(value.get("formula") or {}).get("type") for value in shown.values()]
        kind = next((one for one in kinds if one in _PLAIN), "string")
        return {"type": "formula", "formula": {"expression": _PLAIN[kind]}}

    @staticmethod
    def _any(source: DataSource, shown: dict[str, Json]) -> Json:
        """Return some rollup: over a relation, if there is one, else over nothing."""
        relation = next((one for one in source.properties.values() if one.kind == "relation"), None)
        functions = [(value.get("rollup") or {}).get("function") for value in shown.values()]
        inner = {
            "relation_property_id": "" if relation is None else relation.id,
            "rollup_property_id": "title",
            "function": next((one for one in functions if one), "show_original"),
        }
        return {"type": "rollup", "rollup": inner}

    def _shown(self, source_id: str, name: str) -> dict[str, Json]:
        """Return the recorded values of a property by our ids of the pages."""
        translation, found = self.seeder.translation, {}
        for page_id, page in self.seeder.own.full["page"].items():
            parent = (page.get("parent") or {}).get("data_source_id")
            value = (page.get("properties") or {}).get(name)
            here = parent is not None and translation.local(parent) == translation.local(source_id)
            if here and isinstance(value, dict) and translation.known(page_id):
                found[translation.local(page_id)] = value
        return found

    def _rollup(self, source: DataSource, name: str, prop: Json, shown: dict[str, Json]) -> bool:
        """Add the rollup that explains all recorded values; False when there is none."""
        functions = {(value.get("rollup") or {}).get("function") for value in shown.values()}
        if len(functions) != 1:
            return False
        (function,) = functions
        state = self.seeder.workspace.state
        for relation in [one for one in source.properties.values() if one.kind == "relation"]:
            target = state.sources.get(relation.target or "")
            for column in [*target.properties.values()] if target is not None else ():
                inner = {
                    "relation_property_id": relation.id,
                    "rollup_property_id": column.id,
                    "function": function,
                }
                self._add(source, name, prop, {"type": "rollup", "rollup": inner})
                if all(self._same(page_id, name, value) for page_id, value in shown.items()):
                    return True
                self._drop(source, name)
        return False

    def _same(self, page_id: str, name: str, value: Json) -> bool:
        ours = self.seeder.workspace.page(page_id)["properties"][name]["rollup"]
        theirs: Any = self.seeder.translation.body(value.get("rollup"))
        sort = orjson.OPT_SORT_KEYS
        return orjson.dumps(ours, option=sort) == orjson.dumps(theirs, option=sort)

    def _add(self, source: DataSource, name: str, prop: Json, config: Json) -> None:
        self.seeder.workspace.add_property(source.id, name, config, id=prop.get("id"))

    def _drop(self, source: DataSource, name: str) -> None:
        self.seeder.workspace.update_data_source(source.id, {"properties": {name: None}})

    @staticmethod
    def _raw(source: DataSource, name: str) -> str:
        prop: Property | None = source.find(name)
        return "" if prop is None else prop.id
