"""Every page of the recordings decodes, and what can be written comes back as it was."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from accord.core.ports import Binding
from accord.core.record import UNDECLARED
from accord.core.schema import COMPUTED, Collection, Field, PropertyType
from accord.core.values import Opaque, Text, Value, from_json, to_json
from accord.notion.codec import decode_page, decode_property_items, encode_properties
from accord.notion.properties import decode_value
from tests.codec.echo import answer
from tests.codec.pages import field

RECORDINGS = Path(__file__).parent.parent / "recordings"


@cache
def exchanges() -> tuple[dict[str, Any], ...]:
    lines = [
        line
        for path in sorted(RECORDINGS.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    return tuple(json.loads(line) for line in lines)


def pages_in(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if value.get("object") == "page" and "properties" in value:
            yield value
        for item in value.values():
            yield from pages_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from pages_in(item)


@cache
def pages() -> tuple[dict[str, Any], ...]:
    return tuple(page for each in exchanges() for page in pages_in(each["response"]))


def bound_to_itself(page: dict[str, Any], *, declared: bool) -> Binding:
    """A binding made from a page's own properties; each declared, or none."""
    source = {each["id"]: (title, each["type"]) for title, each in page["properties"].items()}
    fields: tuple[Field, ...] = ()
    if declared:
        fields = tuple(
            field(PropertyType(kind), title, column="x") for title, kind in source.values()
        )
    ids = {each.name: id_ for each, id_ in zip(fields, source, strict=False)}
    model = Collection(title="T", table="t", env="T", model="T", fields=fields)
    return Binding(model, "database", "source", ids, source)


def test_the_recordings_hold_pages_of_every_kind_of_answer() -> None:
    assert len(pages()) > 700
    versions = {each["version"] for each in exchanges()}
    assert versions >= {"2025-09-03", "2026-03-11"}
    types = Counter(p["type"] for page in pages() for p in page["properties"].values())
    assert len(types) >= 23


def test_every_recorded_page_tells_who_made_and_who_edited_it() -> None:
    for page in pages():
        sighting = decode_page(bound_to_itself(page, declared=False), page).sighting
        assert sighting.created_by == page["created_by"]["id"]
        assert sighting.edited_by == page["last_edited_by"]["id"]


def test_every_recorded_page_decodes_in_full() -> None:
    values = 0
    for page in pages():
        decoded = decode_page(bound_to_itself(page, declared=True), page)
        cut = {name for name, _ in decoded.truncated}
        assert decoded.notes == ()
        assert decoded.sighting.created_at is not None
        assert decoded.sighting.deleted == page["in_trash"]
        assert decoded.sighting.record.values[UNDECLARED] is None
        assert len(decoded.sighting.record.values) + len(cut) == len(page["properties"]) + 1
        values += len(decoded.sighting.record.values) - 1
    assert values > 1900


def test_every_recorded_page_is_kept_whole_when_nothing_is_declared() -> None:
    kept = 0
    for page in pages():
        decoded = decode_page(bound_to_itself(page, declared=False), page)
        undeclared = decoded.sighting.record.values[UNDECLARED]
        assert isinstance(undeclared, Opaque)
        assert decoded.notes == ()
        for title, entry in undeclared.value().items():
            shown = page["properties"][title]
            assert entry["type"] == shown["type"]
            assert "unavailable" not in entry
            kept += 1
        assert undeclared.value().keys() == page["properties"].keys()
    assert kept > 1900


def test_what_can_be_written_of_a_recorded_page_comes_back_as_it_was() -> None:
    written: Counter[str] = Counter()
    for page in pages():
        binding = bound_to_itself(page, declared=True)
        values = decode_page(binding, page).sighting.record.values
        changes: dict[str, Value] = {}
        for each in binding.collection.fields:
            if each.type not in COMPUTED and each.name in values:
                changes[each.name] = values[each.name]
        request = encode_properties(binding, changes)
        assert len(request) == len(changes)
        for name, value in changes.items():
            kind = binding.collection.field(name).type
            shown = answer(kind, request[binding.fields[name]])
            assert decode_value(kind, shown) == value
            written[kind] += 1
    assert written.total() > 1400
    assert len(written) >= 14


def test_every_recorded_value_survives_the_ledger() -> None:
    for page in pages():
        binding = bound_to_itself(page, declared=True)
        values = decode_page(binding, page).sighting.record.values
        for each in binding.collection.fields:
            if each.name in values:
                stored = json.loads(json.dumps(to_json(values[each.name])))
                assert from_json(each.kind, stored) == values[each.name]


def test_recorded_people_are_seen_with_their_facts() -> None:
    users = {
        user
        for page in pages()
        for user in decode_page(bound_to_itself(page, declared=True), page).users
    }
    assert {user.kind for user in users} == {"person", "bot"}
    assert any(user.email == "person.one@example.com" for user in users)
    assert all(user.name for user in users)


def test_recorded_property_items_make_the_value_of_the_page() -> None:
    read = 0
    for each in exchanges():
        listed = each["response"]
        if "/properties/" in each["uri"] and listed.get("object") == "list":
            kind = PropertyType(listed["property_item"]["type"])
            value = decode_property_items(field(kind), listed["results"])
            assert isinstance(value, Text)
            read += 1
    assert read > 0
