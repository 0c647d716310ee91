"""The sample records: a few dozen pages made by hand, in all sixteen databases.

Rule: the records stand in `records/<table>.json`, in the shorthand of `shorthand`; every
page is created first and told of others second, because they refer to one another in
circles.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any

from notion_emulator.sample.schema import Table, tables
from notion_emulator.sample.shorthand import Translator, moment, page_id
from notion_emulator.workspace import Workspace

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """One page as it stands in a record file.

    Attributes:
        key: what other records call it.
        created: when it was created, relative to the present.
        edited: when it was last edited.
        by: key of the person who did both, or "bot".
        values: property name -> value in shorthand.
        icon: an emoji, or None.
        cover: URL of a picture, or None.
        trashed: it lies in the trash.
    """

    key: str
    created: str
    edited: str
    by: str
    values: dict[str, Any] = field(default_factory=dict)
    icon: str | None = None
    cover: str | None = None
    trashed: bool = False


def records() -> Iterator[tuple[Table, Record]]:
    """Give every sample record with its table."""
    folder = files(__package__).joinpath("records")
    for table in tables().values():
        for facts in json.loads(folder.joinpath(f"{table.key}.json").read_text("utf-8")):
            yield table, Record(**facts)


def add_records(workspace: Workspace) -> None:
    """Create the sample records in a workspace that has the databases and the staff."""
    translator = Translator(workspace.now, workspace.bot_id)
    for table, record in records():
        workspace.create_page(
            _body(translator, table, record),
            id=page_id(record.key),
            at=moment(record.created, translator.now),
            by=translator.user(record.by),
        )
    for table, record in records():
        title = next(name for name in record.values if table.kind(name) == "title")
        referring = {name for name in record.values if _refers(table, record, name)}
        workspace.update_page(
            page_id(record.key),
            {"properties": _properties(translator, table, record, referring | {title})},
            at=moment(record.edited, translator.now),
            by=translator.user(record.by),
        )
    for _, record in records():
        if record.trashed:
            workspace.trash_page(page_id(record.key))


def _refers(table: Table, record: Record, name: str) -> bool:
    """Tell whether a value names other pages."""
    value = record.values[name]
    return table.kind(name) == "relation" or (
        isinstance(value, list)
        and any(isinstance(part, dict) and "mention" in part for part in value)
    )


def _body(translator: Translator, table: Table, record: Record) -> Json:
    plain = {name for name in record.values if not _refers(table, record, name)}
    body: Json = {
        "parent": {"type": "data_source_id", "data_source_id": table.data_source_id},
        "properties": _properties(translator, table, record, plain),
    }
    if record.icon is not None:
        body["icon"] = {"type": "emoji", "emoji": record.icon}
    if record.cover is not None:
        body["cover"] = {"type": "external", "external": {"url": record.cover}}
    return body


def _properties(
    translator: Translator, table: Table, record: Record, names: set[str]
) -> dict[str, Json]:
    return {
        name: translator.value(table.kind(name), value)
        for name, value in record.values.items()
        if name in names
    }
