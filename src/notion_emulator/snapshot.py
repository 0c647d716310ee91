"""Snapshots: a whole workspace as one JSON file that people can read and compare.

The rule: the same workspace gives the same bytes, and a workspace that was loaded saves as
what it was loaded from. Values stand under the names of their properties and options.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import orjson

from notion_emulator.errors import UnusableFileError
from notion_emulator.kept import (
    COLUMNS,
    KINDS,
    PAGES,
    REST,
    empty,
    facts,
    put_facts,
    put_rest,
    rest_of,
    settle,
    without_collection,
)
from notion_emulator.model import OPTION_KINDS, DataSource, Page, Parent, Property

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from notion_emulator.workspace import Workspace

Json = dict[str, Any]

FORMAT = "notion-emulator-snapshot"
VERSION = 1


def write_snapshot(workspace: Workspace, path: Path) -> None:
    """Write a workspace to a file, which is replaced whole or not at all."""
    fresh = path.with_name(path.name + ".part")
    fresh.write_bytes(snapshot(workspace))
    fresh.replace(path)


def snapshot(workspace: Workspace) -> bytes:
    """Return a workspace as JSON."""
    document: Json = {"format": FORMAT, "version": VERSION, "workspace": facts(workspace)}
    for kind in KINDS:
        document[kind.name] = {
            thing_id: orjson.loads(kind.pack(thing))
            for thing_id, thing in kind.things(workspace).items()
        }
    state = workspace.state
    pages = sorted(
        state.pages.values(), key=lambda page: (page.parent.kind, page.parent.id, page.sequence)
    )
    document[PAGES.name] = [_page_json(page, state.schema_of(page)) for page in pages]
    return orjson.dumps(document, option=orjson.OPT_INDENT_2) + b"\n"


def _page_json(page: Page, source: DataSource) -> Json:
    values: Json = {}
    for raw, value in page.values.items():
        prop = source.properties.get(raw)
        if prop is None:
            values[raw] = value
        else:
            values[prop.name if source.find(prop.name) is prop else raw] = _shown(prop, value)
    columns = {name: getattr(page, name) for name in COLUMNS if name != "parent"}
    parent = {"type": page.parent.kind, "id": page.parent.id}
    return {**columns, "parent": parent, **rest_of(page), "values": values}


def _shown(prop: Property, value: Any) -> Any:
    """Return a kept value as people read it."""
    if prop.kind == "date":
        return {"start": value[0], "end": value[1]}
    if prop.kind not in OPTION_KINDS:
        return value
    if isinstance(value, list):
        return [_option_name(prop, one) for one in value]
    return _option_name(prop, value)


def _kept(prop: Property, shown: Any) -> Any:
    """Return a value that `_shown` gave as it is kept."""
    if prop.kind == "date":
        return (shown["start"], shown["end"])
    if prop.kind not in OPTION_KINDS:
        return shown
    if isinstance(shown, list):
        return [_option_id(prop, one) for one in shown]
    return _option_id(prop, shown)


def _option_name(prop: Property, option_id: str) -> str:
    option = prop.option(option_id)
    if option is None or prop.named(option.name, ignore_case=False) is not option:
        return option_id
    return option.name


def _option_id(prop: Property, name: str) -> str:
    option = prop.named(name, ignore_case=False)
    return name if option is None else option.id


def read_snapshot(workspace: Workspace, path: Path) -> None:
    """Replace all that is in a workspace by what a file says.

    Raises:
        UnusableFileError: The file is no snapshot of this version; nothing was replaced.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnusableFileError(f"{path} cannot be read: {error.strerror}") from None
    try:
        with without_collection():
            read = _read(orjson.loads(content))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnusableFileError(
            f"{path} is no snapshot of a local Notion of this version ({error}); "
            "name a file that `accord notion snapshot save` or `accord notion clone` wrote"
        ) from None
    empty(workspace)
    for kind in (*KINDS, PAGES):
        kind.things(workspace).update(read.things[kind.name])
    put_facts(workspace, read.facts)
    settle(workspace)
    origin = sha256(content).hexdigest()
    workspace.state.ids.restart(origin)
    workspace.wire_ids.restart(f"{origin}:wire")


@dataclass(frozen=True, slots=True)
class _Read:
    """What a file says, by name of kind, before anybody takes it for true."""

    facts: Json
    things: Mapping[str, Json]


def _read(document: Json) -> _Read:
    if document.get("format") != FORMAT or document.get("version") != VERSION:
        raise ValueError(f"its format is not {FORMAT} {VERSION}")
    things: dict[str, Json] = {
        kind.name: {
            thing_id: kind.unpack(orjson.dumps(body))
            for thing_id, body in document.get(kind.name, {}).items()
        }
        for kind in KINDS
    }
    sources = things["data_sources"]
    pages = [_page(body, sources) for body in document[PAGES.name]]
    things[PAGES.name] = {page.id: page for page in pages}
    known: Json = document["workspace"]
    if known["bot"] not in things["users"]:
        raise ValueError(f"its bot {known['bot']} is none of its users")
    return _Read(known, things)


def _page(body: Json, sources: Mapping[str, DataSource]) -> Page:
    parent = Parent(body["parent"]["type"], body["parent"]["id"])
    written = {name: body[name] for name in COLUMNS if name != "parent"}
    page = Page(parent=parent, **written)
    put_rest(page, {name: one for name, one in body.items() if name in REST})
    source = sources[parent.id] if parent.kind == "data_source_id" else None
    values: Json = {}
    for key, shown in body["values"].items():
        prop = None if source is None else source.find(key)
        if prop is None:
            values[key] = shown
        else:
            values[prop.id] = _kept(prop, shown)
    page.values = values
    return page
