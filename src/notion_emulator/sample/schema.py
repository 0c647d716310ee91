"""The sixteen databases of The HigherSelf Network, as POST /v1/databases is told of them.

Rule: the facts stand in `schema.json` and nowhere else here; ids come from names, so every
workspace built from it has the same databases and data sources. A two-way relation is
written once, on the side that creates it; the mirror exists because of it.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from notion_emulator.workspace import Workspace

Json = dict[str, Any]

AGE = timedelta(days=800)  # the databases are older than anything in them
_NAMESPACE = uuid5(NAMESPACE_DNS, "notion-emulator.example")


@dataclass(frozen=True, slots=True)
class Table:
    """One database.

    Attributes:
        key: a short name, as other tables' relations use it.
        environment: the environment variable that holds its data source id.
        title: what people call it.
        properties: property name -> configuration, in the words of the API, except that a
            relation names its target by `key`.
        mirrors: relations that exist because another table's two-way relation made them:
            name -> (target's key, name of the property there).
    """

    key: str
    environment: str
    title: str
    properties: dict[str, Json]
    mirrors: dict[str, tuple[str, str]]

    @property
    def database_id(self) -> str:
        """The id of the database."""
        return fixed_id("database", self.key)

    @property
    def data_source_id(self) -> str:
        """The id of its only data source."""
        return fixed_id("data_source", self.key)

    def kind(self, name: str) -> str:
        """Return the type of a property, KeyError when there is none."""
        if name in self.mirrors:
            return "relation"
        return next(iter(self.properties[name]))


def fixed_id(kind: str, name: str) -> str:
    """Return the UUID that stands for a name, the same for ever."""
    return str(uuid5(_NAMESPACE, f"{kind}:{name}"))


@cache
def tables() -> dict[str, Table]:
    """Return the sixteen tables by key, in the order of the dictionary."""
    read: dict[str, Json] = json.loads(
        files(__package__).joinpath("schema.json").read_text("utf-8")
    )
    found = {key: Table(key, mirrors={}, **facts) for key, facts in read.items()}
    for table in found.values():
        for name, config in table.properties.items():
            relation = config.get("relation", {})
            if relation.get("type") == "dual_property":
                mirror = relation["dual_property"]["synced_property_name"]
                found[relation["data_source_id"]].mirrors[mirror] = (table.key, name)
    return found


def create_databases(workspace: Workspace) -> dict[str, str]:
    """Create the sixteen databases.

    Relations come second, when all their targets are there; formulas last, when all that
    they read is there.

    Returns:
        environment variable -> data source id.
    """
    for table in tables().values():
        workspace.create_database(
            {
                "parent": {"type": "workspace", "workspace": True},
                "title": [{"type": "text", "text": {"content": table.title}}],
                "initial_data_source": {"properties": _without(table, {"relation", "formula"})},
            },
            id=table.database_id,
            data_source_id=table.data_source_id,
            at=workspace.now - AGE,
        )
    for kind in ("relation", "formula"):
        for table in tables().values():
            wanted = {
                name: _resolved(config)
                for name, config in table.properties.items()
                if kind in config
            }
            if wanted:
                workspace.update_data_source(table.data_source_id, {"properties": wanted})
    return {table.environment: table.data_source_id for table in tables().values()}


def _without(table: Table, kinds: set[str]) -> dict[str, Json]:
    return {name: config for name, config in table.properties.items() if not kinds & config.keys()}


def _resolved(config: Json) -> Json:
    if "relation" not in config:
        return config
    target = tables()[config["relation"]["data_source_id"]]
    return {"relation": {**config["relation"], "data_source_id": target.data_source_id}}
