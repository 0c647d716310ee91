"""What a record file holds becomes what the API takes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_emulator.sample.shorthand import Translator, chunks, page_id
from tests.sample.reading import NOW

TRANSLATOR = Translator(NOW, "bot-id")


@given(st.text(max_size=60), st.integers(2, 9))
def test_parts_make_up_the_text_and_none_is_too_long(text: str, size: int) -> None:
    parts = list(chunks(text, size))
    assert "".join(parts) == text
    assert all(0 < len(part.encode("utf-16-le")) // 2 <= size for part in parts)


@pytest.mark.parametrize(
    ("kind", "written", "expected"),
    [
        ("date", "0d", {"start": "2026-11-22", "end": None}),
        ("date", "-22d", {"start": "2026-10-31", "end": None}),
        (
            "date",
            "+1d 09:30-08:00 / +2d 10:00",
            {"start": "2026-11-23T09:30:00.000-08:00", "end": "2026-11-24T10:00:00.000+00:00"},
        ),
        ("select", "Active", {"name": "Active"}),
        ("relation", ["gallery"], [{"id": page_id("gallery")}]),
        ("people", ["bot"], [{"id": "bot-id"}]),
        ("number", 1.5, 1.5),
        ("title", "", []),
        ("rich_text", {"json": {"é": 1}}, [{"type": "text", "text": {"content": '{"é": 1}'}}]),
    ],
)
def test_a_value_follows_from_the_type_of_its_property(
    kind: str, written: object, expected: object
) -> None:
    assert TRANSLATOR.value(kind, written) == {kind: expected}


@pytest.mark.parametrize(("kind", "written"), [("date", "next week"), ("formula", "1")])
def test_what_cannot_be_told_is_refused(kind: str, written: str) -> None:
    with pytest.raises(ValueError, match=r"next week|formula"):
        TRANSLATOR.value(kind, written)
