"""What a page says, and what it does not."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from accord.core.errors import ValueRefusedError
from accord.core.ports import User
from accord.core.record import UNDECLARED
from accord.core.schema import Managed, PropertyType
from accord.core.values import File, Opaque, Span, Text, Value
from accord.notion.codec import decode_page, decode_property_items, users_in
from tests.codec.pages import ANN, PAGE, binding, field, id_of, page, title_of

SIGNED = "https://s3.example.com/a/b%20c.pdf?X-Amz-Expires=3600&X-Amz-Signature=abc#p"
TITLE = field(PropertyType.TITLE, "Name")


def decoded_value(kind: PropertyType, raw: Any) -> Value:
    declared = field(kind, "Thing")
    shown = page({"Thing": (kind, raw)})
    return decode_page(binding([declared], shown), shown).sighting.record.values["thing"]


@pytest.mark.parametrize(
    ("kind", "raw", "value"),
    [
        ("number", 42, 42.0),
        ("number", None, None),
        ("select", {"id": "x", "name": "VIP", "color": "red"}, "VIP"),
        ("status", {"id": "x", "name": "Done", "color": "red"}, "Done"),
        ("multi_select", [{"name": "b"}, {"name": "a"}], ("b", "a")),
        ("checkbox", True, True),
        ("url", "", None),
        ("email", "ann@example.com", "ann@example.com"),
        ("phone_number", None, None),
        ("date", {"start": "2026-03-01", "end": None, "time_zone": None}, Span("2026-03-01")),
        (
            "date",
            {"start": "2026-03-01T10:30:00.000+02:00", "end": "2026-03-01T11:00:00.000+02:00"},
            Span("2026-03-01T10:30+02:00", "2026-03-01T11:00+02:00"),
        ),
        ("date", {"start": "2026-03-02", "end": "2026-03-01"}, Span("2026-03-02")),
        ("date", {"start": "2026-03-02", "end": "2026-03-03T10:00Z"}, Span("2026-03-02")),
        ("people", [{"object": "user", "id": ANN.replace("-", "").upper()}], (ANN,)),
        ("relation", [{"id": PAGE}, {"id": PAGE}, {"id": ANN}], (PAGE, ANN)),
        (
            "files",
            [
                {"name": "a", "type": "external", "external": {"url": "https://e.co/a?b=c"}},
                {"name": "b", "type": "file", "file": {"url": SIGNED, "expiry_time": "2026"}},
                {"name": "c", "type": "file_upload", "file_upload": {"id": PAGE}},
            ],
            (
                File("a", "https://e.co/a?b=c"),
                File("b", "https://s3.example.com/a/b%20c.pdf", "file"),
                File("c", PAGE, "file_upload"),
            ),
        ),
        ("formula", {"type": "boolean", "boolean": True}, True),
        ("formula", {"type": "number", "number": 2}, 2.0),
        ("formula", {"type": "string", "string": ""}, None),
        (
            "formula",
            {"type": "date", "date": {"start": "2024-11-25T14:08:00.000+00:00", "end": None}},
            Span("2024-11-25T14:08+00:00"),
        ),
        ("rollup", {"type": "number", "number": 72, "function": "max"}, Opaque("72")),
        ("rollup", {"type": "number", "number": None, "function": "max"}, None),
        (
            "rollup",
            {"type": "date", "date": {"start": "2026-03-01"}, "function": "earliest_date"},
            Opaque('{"start":"2026-03-01"}'),
        ),
        (
            "rollup",
            {
                "type": "array",
                "array": [{"type": "number", "number": 1.5}, {"type": "beam", "beam": SIGNED}],
                "function": "show_original",
            },
            Opaque('[1.5,"https://s3.example.com/a/b%20c.pdf"]'),
        ),
        ("created_time", "2026-03-01T10:30:00.000Z", Span("2026-03-01T10:30+00:00")),
        ("last_edited_time", "2026-03-01T10:30:00.000Z", Span("2026-03-01T10:30+00:00")),
        ("last_visited_time", None, None),
        ("last_visited_time", "2026-03-01T10:30:00.000Z", Span("2026-03-01T10:30+00:00")),
        ("created_by", {"object": "user", "id": ANN}, ANN),
        ("last_edited_by", None, None),
        ("unique_id", {"prefix": "TASK", "number": 42}, "TASK-42"),
        ("unique_id", {"prefix": None, "number": 42}, "42"),
        ("unique_id", {"prefix": None, "number": None}, None),
        ("verification", None, None),
        ("verification", {"state": "unverified", "date": None, "verified_by": None}, None),
        (
            "verification",
            {
                "state": "verified",
                "date": {"start": "2026-03-01", "end": None},
                "verified_by": {"object": "user", "id": ANN},
            },
            Opaque.of(
                {"state": "verified", "date": {"start": "2026-03-01"}, "verified_by": ANN},
            ),
        ),
        ("place", None, None),
        ("place", {"lat": 48.2, "lon": 16, "name": None}, Opaque('{"lat":48.2,"lon":16}')),
        ("location", {"lat": 1}, Opaque('{"lat":1}')),
        ("button", {}, None),
    ],
)
def test_each_property_type_is_read(kind: str, raw: Any, value: Value) -> None:
    assert decoded_value(PropertyType(kind), raw) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("formula", {"type": "unsupported", "unsupported": {}}),
        ("rollup", {"type": "unsupported", "unsupported": {}, "function": "sum"}),
        ("rollup", {"type": "incomplete", "incomplete": {}, "function": "sum"}),
        ("date", {"start": "some day"}),
        ("date", {"start": "0001-01-01T00:00:00.000+14:00"}),
        ("formula", {"type": "date", "date": {"start": "+10000-01-01"}}),
        ("number", "many"),
        ("select", "VIP"),
        ("title", {"not": "a list"}),
        ("url", 3),
    ],
)
def test_a_value_that_cannot_be_read_is_absent_and_told(kind: str, raw: Any) -> None:
    declared = field(PropertyType(kind), "Thing")
    shown = page({"Thing": (kind, raw)})
    decoded = decode_page(binding([declared], shown), shown)
    assert "thing" not in decoded.sighting.record.values
    assert [(note.property, note.page_id) for note in decoded.notes] == [("Thing", PAGE)]
    assert decoded.notes[0].remedy


def test_a_property_without_its_value_is_absent() -> None:
    shown = page({"Thing": ("number", 3)})
    del shown["properties"]["Thing"]["number"]
    decoded = decode_page(binding([field(PropertyType.NUMBER, "Thing")], shown), shown)
    assert "thing" not in decoded.sighting.record.values


def test_a_property_that_the_page_does_not_show_is_absent_and_not_empty() -> None:
    fields = [field(PropertyType.NUMBER, "Price"), field(PropertyType.PEOPLE, "Owner")]
    decoded = decode_page(binding(fields), page({"Price": ("number", 3)}))
    assert decoded.sighting.record.values == {"price": 3.0, UNDECLARED: None}


def test_a_property_is_found_by_its_id_when_it_was_renamed() -> None:
    shown = page({"Cost": ("number", 3)})
    shown["properties"]["Cost"]["id"] = id_of("Price")
    decoded = decode_page(binding([field(PropertyType.NUMBER, "Price")], shown), shown)
    assert decoded.sighting.record.values == {"price": 3.0, UNDECLARED: None}


def test_another_property_with_the_declared_name_is_not_mistaken_for_it() -> None:
    shown = page({"Price": ("number", 3)})
    shown["properties"]["Price"]["id"] = "abcd"
    decoded = decode_page(binding([field(PropertyType.NUMBER, "Price")], shown), shown)
    assert decoded.sighting.record.values == {UNDECLARED: None}


def test_a_property_of_another_type_is_frozen_and_told() -> None:
    shown = page({"Price": ("rich_text", [])})
    decoded = decode_page(binding([field(PropertyType.NUMBER, "Price")], shown), shown)
    assert decoded.sighting.record.values == {UNDECLARED: None}
    assert "declared as number and is rich_text" in decoded.notes[0].reason


def test_the_sighting_has_the_facts_of_the_page() -> None:
    shown = page({}, id=PAGE.replace("-", "").upper(), in_trash=True)
    sighting = decode_page(binding([]), shown, weak=True).sighting
    assert sighting.page_id == PAGE
    assert sighting.deleted
    assert sighting.weak
    assert sighting.created_at == datetime(2026, 3, 1, 10, 30, tzinfo=UTC)
    assert sighting.edited_at == datetime(2026, 3, 2, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "deleted"),
    [
        ({"archived": True}, True),
        ({"archived": False}, False),
        ({"in_trash": False, "archived": True}, False),
        ({"in_trash": False, "is_archived": True}, False),
        ({}, False),
    ],
)
def test_only_the_trash_makes_a_page_deleted(said: dict[str, bool], deleted: bool) -> None:
    shown = page({})
    del shown["in_trash"]
    assert decode_page(binding([]), shown | said).sighting.deleted is deleted


def test_a_page_without_its_times_is_read_all_the_same() -> None:
    shown = page({}, created_time=None, last_edited_time="soon")
    sighting = decode_page(binding([]), shown).sighting
    assert sighting.created_at is None
    assert sighting.edited_at is None


def test_a_mirror_is_beside_the_record_and_a_managed_field_nowhere() -> None:
    mirror = field(PropertyType.RELATION, "Tasks", mirrors="tasks.Thing", to="tasks")
    stamp = replace(field(PropertyType.RICH_TEXT, "Sync Status"), managed=Managed.SYNC_STATUS)
    shown = page({"Tasks": ("relation", [{"id": ANN}]), "Sync Status": ("rich_text", [])})
    sighting = decode_page(binding([mirror, stamp], shown), shown).sighting
    assert sighting.mirrors == {"tasks": (ANN,)}
    assert sighting.record.values == {UNDECLARED: None}


@pytest.mark.parametrize("mirrors", [None, "tasks.Thing"])
def test_a_relation_that_is_cut_off_is_named_and_never_taken_for_whole(mirrors: str | None) -> None:
    relation = field(PropertyType.RELATION, "Tasks", mirrors=mirrors)
    shown = page({"Tasks": ("relation", [{"id": ANN}] * 25)})
    shown["properties"]["Tasks"]["has_more"] = True
    decoded = decode_page(binding([relation], shown), shown)
    assert decoded.truncated == (("tasks", id_of("Tasks")),)
    assert "tasks" not in decoded.sighting.record.values
    assert "tasks" not in decoded.sighting.mirrors


def test_25_people_may_be_more_and_24_are_all() -> None:
    people = [{"object": "user", "id": ANN}]
    for count, cut in ((24, False), (25, True)):
        shown = page({"Owner": ("people", people * count)})
        decoded = decode_page(binding([field(PropertyType.PEOPLE, "Owner")], shown), shown)
        assert bool(decoded.truncated) is cut
        assert ("owner" not in decoded.sighting.record.values) is cut


def test_property_items_complete_a_value() -> None:
    items = [{"object": "property_item", "type": "relation", "relation": {"id": i}} for i in "ab"]
    assert decode_property_items(field(PropertyType.RELATION), items) == ("a", "b")
    people = [{"type": "people", "people": {"object": "user", "id": ANN}}]
    assert decode_property_items(field(PropertyType.PEOPLE), people) == (ANN,)
    assert decode_property_items(field(PropertyType.PEOPLE), []) == ()
    segments = [{"type": "text", "text": {"content": part}} for part in ("a", "b")]
    texts = [{"type": "rich_text", "rich_text": segment} for segment in segments]
    assert decode_property_items(field(PropertyType.RICH_TEXT), texts) == Text("ab")


@pytest.mark.parametrize("item", [{}, {"relation": {}}, {"relation": None}])
def test_property_items_that_cannot_be_read_are_refused(item: dict[str, Any]) -> None:
    with pytest.raises(ValueRefusedError, match=r"^Tasks: its whole value cannot be read"):
        decode_property_items(field(PropertyType.RELATION, "Tasks"), [item])


@pytest.mark.parametrize("bad", ["a\0b", "a\ud800b"])
def test_text_that_postgres_cannot_hold_is_refused_with_the_property(bad: str) -> None:
    for kind, raw in (
        title_of(bad),
        ("url", bad),
        ("multi_select", [{"name": bad}]),
        ("formula", {"type": "string", "string": bad}),
        ("rollup", {"type": "array", "array": [{"type": "url", "url": bad}]}),
        ("files", [{"name": bad, "type": "external", "external": {"url": "x"}}]),
    ):
        shown = page({"Thing": (kind, raw)})
        with pytest.raises(ValueRefusedError, match=r"^Thing: its text has a character"):
            decode_page(binding([field(PropertyType(kind), "Thing")], shown), shown)


def test_an_undeclared_text_that_postgres_cannot_hold_does_not_stop_the_page() -> None:
    shown = page({"Name": title_of("Ann"), "Odd": ("url", "a\0b"), "Even": ("url", "ab")})
    decoded = decode_page(binding([TITLE], shown), shown)
    assert decoded.sighting.record.values[UNDECLARED] == Opaque.of(
        {"Even": {"type": "url", "value": "ab"}}
    )
    assert [(note.property, note.record) for note in decoded.notes] == [("Odd", "Ann")]


def test_what_no_model_declares_is_kept_by_title() -> None:
    shown = page(
        {
            "Name": title_of("Ann"),
            "When": ("date", {"start": "2026-03-01", "end": None, "time_zone": None}),
            "Sum": ("formula", {"type": "unsupported", "unsupported": {}}),
            "Tasks": ("relation", [{"id": ANN}]),
        }
    )
    shown["properties"]["Tasks"]["has_more"] = True
    decoded = decode_page(binding([TITLE], shown), shown)
    assert decoded.notes == ()
    assert decoded.truncated == ()
    undeclared = decoded.sighting.record.values[UNDECLARED]
    assert isinstance(undeclared, Opaque)
    assert undeclared.value() == {
        "When": {"type": "date", "value": {"start": "2026-03-01"}},
        "Sum": {"type": "formula", "unavailable": True},
        "Tasks": {"type": "relation", "value": [ANN], "has_more": True},
    }


def test_an_unknown_property_type_is_kept_and_told_without_what_changes_at_every_read() -> None:
    beam = {"strength": 3.0, "picture": {"url": SIGNED, "expiry_time": "2026-03-01T10:30:00Z"}}
    shown = page({"Beam": ("hologram", beam)})
    decoded = decode_page(binding([], shown), shown)
    undeclared = decoded.sighting.record.values[UNDECLARED]
    assert isinstance(undeclared, Opaque)
    kept = {"strength": 3, "picture": {"url": "https://s3.example.com/a/b%20c.pdf"}}
    assert undeclared.value() == {"Beam": {"type": "hologram", "value": kept}}
    assert "hologram is not known" in decoded.notes[0].reason
    shown["properties"]["Beam"]["angle"] = 30
    undeclared = decode_page(binding([], shown), shown).sighting.record.values[UNDECLARED]
    assert isinstance(undeclared, Opaque)
    assert undeclared.value()["Beam"]["value"] == {"hologram": kept, "angle": 30}


def test_a_page_that_shows_a_part_of_its_properties_does_not_say_the_others_are_gone() -> None:
    whole = page({"One": ("number", 1), "Two": ("number", 2)})
    part = page({"One": ("number", 1)})
    bare = {key: value for key, value in whole.items() if key != "properties"}
    for shown in (part, bare):
        decoded = decode_page(binding([], whole), shown)
        assert UNDECLARED not in decoded.sighting.record.values


def test_a_frozen_property_is_not_undeclared() -> None:
    shown = page({"Price": ("rich_text", [])})
    frozen = replace(binding([field(PropertyType.NUMBER, "Price")], shown), fields={})
    assert decode_page(frozen, shown).sighting.record.values == {UNDECLARED: None}


def test_an_option_that_is_not_declared_is_carried_and_told() -> None:
    tags = field(PropertyType.MULTI_SELECT, "Tags", options=("VIP", "New"))
    kind = field(PropertyType.SELECT, "Kind", options=("A",))
    free = field(PropertyType.SELECT, "Country")
    shown = page(
        {
            "Name": title_of("Ann"),
            "Tags": ("multi_select", [{"name": "VIP"}, {"name": "Old"}]),
            "Kind": ("select", {"name": "A"}),
            "Country": ("select", {"name": "Austria"}),
        }
    )
    decoded = decode_page(binding([TITLE, tags, kind, free], shown), shown)
    assert decoded.sighting.record.values["tags"] == ("VIP", "Old")
    (note,) = decoded.notes
    assert (note.property, note.record, note.page_id) == ("Tags", "Ann", PAGE)
    assert "'Old'" in note.reason
    assert "Thing" in note.remedy


def test_people_are_told_once_and_only_with_facts() -> None:
    ann = {
        "object": "user",
        "id": ANN,
        "name": "Ann",
        "avatar_url": SIGNED,
        "type": "person",
        "person": {"email": "ann@example.com"},
    }
    shown = page(
        {
            "Owner": ("people", [ann, {"object": "user", "id": PAGE}]),
            "Team": ("people", [{"object": "group", "id": PAGE, "name": "Art\0"}]),
            "By": ("created_by", ann),
        }
    )
    assert decode_page(binding([], shown), shown).users == (
        User(ANN, "Ann", "ann@example.com", "https://s3.example.com/a/b%20c.pdf", "person"),
        User(PAGE, None, None, None, "group"),
    )
    assert list(users_in([{"object": "user", "id": PAGE, "type": "bot", "bot": {}}])) == [
        User(PAGE, kind="bot")
    ]
