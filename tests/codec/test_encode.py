"""What is asked of Notion, and what is refused before it is asked."""

from dataclasses import replace
from typing import Any

import pytest

from accord.core.errors import OurError, ValueRefusedError
from accord.core.record import UNDECLARED
from accord.core.schema import PropertyType
from accord.core.values import File, Opaque, Span, Text, Value
from accord.notion.codec import encode_properties, encode_value
from tests.codec.pages import ANN, binding, field, id_of

PLACE = {"lat": 48.2, "lon": 16.4, "name": "Wien", "address": None, "beam": 3}


@pytest.mark.parametrize(
    ("kind", "value", "request_value"),
    [
        ("title", Text("Ann"), [{"type": "text", "text": {"content": "Ann"}}]),
        ("rich_text", None, []),
        ("number", 42.0, 42),
        ("number", -0.0, 0),
        ("number", 4.5, 4.5),
        ("number", 1e22, 1e22),
        ("number", None, None),
        ("select", "VIP", {"name": "VIP"}),
        ("select", None, None),
        ("status", "Done", {"name": "Done"}),
        ("multi_select", ("b", "a"), [{"name": "b"}, {"name": "a"}]),
        ("multi_select", ("VIP", "vip", ""), [{"name": "VIP"}]),
        ("multi_select", (), []),
        ("date", Span("2026-03-01"), {"start": "2026-03-01"}),
        (
            "date",
            Span("2026-03-01T10:30:59+02:00", "2026-03-01T11:00+02:00"),
            {"start": "2026-03-01T10:30+02:00", "end": "2026-03-01T11:00+02:00"},
        ),
        ("date", None, None),
        ("people", (ANN,), [{"id": ANN}]),
        ("relation", (), []),
        ("checkbox", True, True),
        ("checkbox", False, False),
        ("url", "", None),
        (
            "files",
            (
                File("a", "https://e.co/a"),
                File("b", "https://e.co/b", "file"),
                File("c", ANN, "file_upload"),
            ),
            [
                {"name": "a", "type": "external", "external": {"url": "https://e.co/a"}},
                {"name": "b", "type": "file", "file": {"url": "https://e.co/b"}},
                {"name": "c", "type": "file_upload", "file_upload": {"id": ANN}},
            ],
        ),
        ("place", Opaque.of(PLACE), {"lat": 48.2, "lon": 16.4, "name": "Wien"}),
        ("place", None, None),
        ("verification", None, {"state": "unverified"}),
        ("verification", Opaque('{"state":"verified","verified_by":"x"}'), {"state": "verified"}),
    ],
)
def test_each_type_is_written_as_notion_takes_it(
    kind: str, value: Value, request_value: Any
) -> None:
    encoded = encode_value(PropertyType(kind), value)
    assert encoded == {kind: request_value}
    assert type(encoded[kind]) is type(request_value)


@pytest.mark.parametrize(
    ("kind", "value", "reason"),
    [
        ("select", "a,b", "comma"),
        ("status", "a,b", "comma"),
        ("multi_select", ("a", "b,c"), "comma"),
        ("multi_select", tuple(map(str, range(101))), "101 items"),
        ("relation", tuple(map(str, range(101))), "101 items"),
        ("people", tuple(map(str, range(101))), "101 items"),
        ("files", (File("a", "b"),) * 101, "101 items"),
        ("select", "x" * 101, "101 characters"),
        ("multi_select", ("a", "🚀" * 51), "102 characters"),
        ("status", "x" * 101, "101 characters"),
        ("files", (File("a", "https://e.co/" + "x" * 2000),), "the address of 'a'"),
        ("number", float("nan"), "nan is not a finite number"),
        ("number", float("inf"), "inf is not a finite number"),
        ("number", 10**400, "no IEEE double"),
        ("date", Span("0001-01-01T00:00+02:00"), "in no year from 1 to 9999"),
        ("date", Span("9999-12-31T23:59-02:00"), "in no year from 1 to 9999"),
        ("date", Span("soon"), "Notion cannot hold it"),
        ("rich_text", Text("x" * 200_001), "it needs 101 pieces"),
        ("email", "x" * 300, "300 characters"),
        ("url", "x" * 2001, "2001 characters"),
        ("email", "x" * 201, "201 characters"),
        ("phone_number", "🚀" * 101, "202 characters"),
        ("rich_text", Text("a\0"), "Postgres cannot hold"),
        ("rich_text", Text("a\ud800"), "Postgres cannot hold"),
        ("place", Opaque('{"lat":1}'), "lat and lon"),
        ("verification", Opaque('{"state":"expired"}'), "'expired'"),
        ("location", Opaque("{}"), "cannot be written"),
    ],
)
def test_what_notion_would_refuse_is_refused_with_a_remedy(
    kind: str, value: Value, reason: str
) -> None:
    with pytest.raises(ValueRefusedError, match=reason) as refused:
        encode_value(PropertyType(kind), value, title="Thing")
    assert refused.value.field == "Thing"
    assert refused.value.remedy


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("multi_select", tuple(map(str, range(100)))),
        ("relation", tuple(map(str, range(100)))),
        ("files", (File("a", "b"),) * 100),
        ("select", "x" * 100),
        ("rich_text", Text("x" * 200_000)),
        ("date", Span("0001-01-01")),
        ("date", Span("9999-12-31", "9999-12-31")),
        ("number", 1.7976931348623157e308),
        ("url", "x" * 2000),
        ("email", "x" * 200),
        ("phone_number", "🚀" * 100),
    ],
)
def test_the_limits_themselves_are_written(kind: str, value: Value) -> None:
    assert encode_value(PropertyType(kind), value)[kind]


def test_a_request_goes_by_property_id_and_leaves_frozen_fields_out() -> None:
    price = field(PropertyType.NUMBER, "Price")
    name = field(PropertyType.TITLE, "Name")
    bound = binding([price, name])
    frozen = type(bound)(bound.collection, "d", "s", {"price": "%3FbAF"}, {})
    assert encode_properties(bound, {"price": 3.0}) == {id_of("Price"): {"number": 3}}
    assert encode_properties(frozen, {"price": 3.0, "name": None}) == {"%3FbAF": {"number": 3}}


def test_what_is_never_written_to_notion_is_our_mistake() -> None:
    mirror = field(PropertyType.RELATION, "Tasks", mirrors="tasks.Thing")
    with pytest.raises(OurError, match=r"tasks\.Thing"):
        encode_properties(binding([mirror]), {"tasks": ()})
    with pytest.raises(OurError, match="undeclared"):
        encode_properties(binding([]), {UNDECLARED: None})
    with pytest.raises(OurError, match="Total"):
        encode_properties(binding([field(PropertyType.FORMULA, "Total")]), {"total": 3.0})


def test_a_refusal_names_the_property_as_staff_see_it() -> None:
    kind = field(PropertyType.SELECT, "Contact Type")
    with pytest.raises(ValueRefusedError, match=r"^Contact Type: the option 'a,b'"):
        encode_properties(binding([kind]), {"contact_type": "a,b"})


def test_an_old_local_time_is_written_in_utc() -> None:
    """Before there were time zones, offsets had seconds, which ISO 8601 does not know."""
    vienna = Span("1850-01-01T12:00+01:05:21")
    assert encode_value(PropertyType.DATE, vienna) == {"date": {"start": "1850-01-01T10:54+00:00"}}


def test_a_status_that_notion_lacks_is_refused_with_those_that_it_has() -> None:
    bound = replace(
        binding([field(PropertyType.STATUS, "State")]), statuses={"state": ("Open", "Done")}
    )
    with pytest.raises(ValueRefusedError, match="no status 'Gone'") as refused:
        encode_properties(bound, {"state": "Gone"})
    assert "Open, Done" in refused.value.remedy
    assert encode_properties(bound, {"state": "done"})
    assert encode_properties(bound, {"state": None})
    assert encode_properties(replace(bound, statuses={}), {"state": "Gone"})


def test_no_half_of_a_character_is_ever_written() -> None:
    text = "x" + "🚀" * 1500
    pieces = encode_value(PropertyType.RICH_TEXT, Text(text))["rich_text"]
    words = [piece["text"]["content"] for piece in pieces]
    assert "".join(words) == text
    assert [len(word.encode("utf-16-le")) // 2 for word in words] == [1999, 1002]
