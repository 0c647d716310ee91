"""What SQL must return for a page, worked out from the raw API objects and the dictionary alone.

Rule: this shares no code with the engine, its codecs or its models.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

FACTS = yaml.safe_load(
    (Path(__file__).parents[1] / "facts" / "data_dictionary.yaml").read_text(encoding="utf-8")
)
DATABASES: dict[str, dict[str, Any]] = {facts["table"]: facts for facts in FACTS["databases"]}

#: (table, property) of the sides whose order the link table keeps: the first of each pair.
_SECONDS = {
    tuple(pair[0 if pair[1].startswith("tasks.Related") else 1].split(".", 1))
    for pair in FACTS["two_way_relations"]
}


def is_mirror(table: str, name: str) -> bool:
    """Whether the links of this property are kept in the order of the other side."""
    return (table, name) in _SECONDS


def moment(text: str | None) -> datetime | None:
    """An API date as timestamptz holds it."""
    if text is None:
        return None
    value = datetime.fromisoformat(text)
    value = value if value.tzinfo else value.replace(tzinfo=UTC)
    return value.astimezone(UTC).replace(second=0, microsecond=0)


def cell(fact: dict[str, Any], prop: dict[str, Any]) -> Any:
    """The column's value for a property object of the API."""
    kind = prop["type"]
    value = prop[kind]
    match kind:
        case "title" | "rich_text":
            return unicodedata.normalize("NFC", "".join(t["plain_text"] for t in value)) or None
        case "number":
            return None if value is None else float(value)
        case "select" | "status":
            return None if value is None else value["name"]
        case "multi_select":
            return [option["name"] for option in value]
        case "date":
            return None if value is None else moment(value["start"])
        case "people":
            return [user["id"] for user in value]
        case "files":
            return [
                {
                    "name": f["name"],
                    "type": f["type"],
                    "url": f[f["type"]]["url"].split("?")[0].split("#")[0]
                    if f["type"] == "file"
                    else f[f["type"]]["url"],
                }
                for f in value
            ]
        case "url" | "email" | "phone_number":
            return value or None
        case "checkbox":
            return value
        case "last_edited_time":
            return moment(value)
        case "formula":
            result = value[value["type"]]
            return float(result) if fact["result"] == "number" and result is not None else result
        case _:
            raise AssertionError(f"{kind} is not in the dictionary")


def held(value: Any) -> Any:
    """A value that psycopg returned, in the oracle's terms."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, list):
        return [item if isinstance(item, dict) else str(item) for item in value]
    if value is not None and value.__class__.__name__ == "Decimal":
        return float(value)
    return value


def parsed(text: str | None) -> Any:
    """What ``<column>_json`` holds: None where the text is no JSON."""
    try:
        return None if text is None else json.loads(text)
    except ValueError:
        return None
