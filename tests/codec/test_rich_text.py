"""Texts and their formatting."""

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.errors import ValueRefusedError
from accord.core.formatted import plain_of
from accord.core.schema import PropertyType
from accord.core.values import Text
from accord.notion.codec import encode_value
from accord.notion.rich_text import cut_text, decode_text, utf16_units
from tests.codec.made import CHARACTERS, PATIENT

PLAIN = {
    "bold": False,
    "italic": False,
    "strikethrough": False,
    "underline": False,
    "code": False,
    "color": "default",
}
ANN = "00000000-0000-4000-8000-0000000000fa"
FAMILY = "👩\u200d👩\u200d👧"


def text_item(content: str, *, link: str | None = None, **annotations: Any) -> dict[str, Any]:
    return {
        "type": "text",
        "text": {"content": content, "link": link and {"url": link}},
        "annotations": PLAIN | annotations,
        "plain_text": content,
        "href": link,
    }


def mention(kind: str, target: dict[str, Any], plain: str, href: str | None = None) -> Any:
    return {
        "type": "mention",
        "mention": {"type": kind, kind: target},
        "annotations": PLAIN,
        "plain_text": plain,
        "href": href,
    }


def formatted(*items: dict[str, Any]) -> Any:
    text = decode_text(items)
    assert text is not None
    return None if text.formatted is None else json.loads(text.formatted)


def test_a_text_without_formatting_has_none_however_many_segments_it_comes_in() -> None:
    assert decode_text([text_item("one "), text_item("two")]) == Text("one two")


def test_an_empty_text_is_none() -> None:
    assert decode_text([]) is None
    assert decode_text([text_item("", bold=True)]) is None


def test_neighbours_that_look_alike_are_one_segment() -> None:
    cut = formatted(text_item("a", bold=True), text_item("b", bold=True), text_item("c"))
    assert cut == formatted(text_item("ab", bold=True), text_item(""), text_item("c"))
    assert cut == [
        {"type": "text", "text": {"content": "ab"}, "annotations": {"bold": True}},
        {"type": "text", "text": {"content": "c"}},
    ]


def test_neighbours_with_different_links_stay_apart() -> None:
    one, two = "https://example.com/1", "https://example.com/2"
    assert len(formatted(text_item("a", link=one), text_item("b", link=two))) == 2


def test_a_host_alone_is_the_same_link_with_and_without_a_slash() -> None:
    with_slash = formatted(text_item("a", link="https://example.com/"))
    assert formatted(text_item("a", link="https://example.com")) == with_slash


def test_a_link_that_is_no_address_is_kept() -> None:
    assert formatted(text_item("a", link="http://[x"))[0]["text"]["link"] == {"url": "http://[x"}


def test_an_accent_across_two_segments_is_one_letter_in_the_plain_text() -> None:
    text = decode_text([text_item("e"), text_item("\u0301", bold=True)])
    assert text is not None
    assert text.plain == "é"
    assert plain_of(json.loads(text.formatted or "")) == "é"


@pytest.mark.parametrize(
    ("item", "reduced"),
    [
        (
            mention("user", {"object": "user", "id": ANN, "name": "Ann"}, "@Ann"),
            {"type": "user", "user": {"id": ANN}},
        ),
        (mention("page", {"id": ANN}, "Plan"), {"type": "page", "page": {"id": ANN}}),
        (mention("database", {"id": ANN}, "DB"), {"type": "database", "database": {"id": ANN}}),
        (
            mention("custom_emoji", {"id": ANN, "name": "x", "url": "https://e.co/x"}, ":x:"),
            {"type": "custom_emoji", "custom_emoji": {"id": ANN}},
        ),
        (
            mention(
                "date",
                {"start": "1592-03-14T00:01:00.000+00:00", "end": None, "time_zone": None},
                "1592",
            ),
            {"type": "date", "date": {"start": "1592-03-14T00:01+00:00"}},
        ),
        (
            mention(
                "template_mention",
                {"type": "template_mention_user", "template_mention_user": "me"},
                "@Me",
            ),
            {
                "type": "template_mention",
                "template_mention": {
                    "type": "template_mention_user",
                    "template_mention_user": "me",
                },
            },
        ),
    ],
)
def test_a_mention_keeps_what_it_points_to_and_its_words(item: Any, reduced: Any) -> None:
    assert formatted(item) == [
        {"type": "mention", "mention": reduced, "plain_text": item["plain_text"]}
    ]


@pytest.mark.parametrize(
    "item",
    [
        mention("link_preview", {"url": "https://example.com/1"}, "Issue"),
        mention("link_mention", {"href": "https://example.com/1", "title": "Issue"}, "Issue"),
        mention("hologram", {"beam": 3}, "Issue", href="https://example.com/1"),
        {"type": "hologram", "plain_text": "Issue", "href": "https://example.com/1"},
    ],
)
def test_what_cannot_be_written_back_becomes_its_words_and_its_link(item: Any) -> None:
    link = {"url": "https://example.com/1"}
    assert formatted(item) == [{"type": "text", "text": {"content": "Issue", "link": link}}]


def test_an_equation_reads_as_its_expression() -> None:
    equation = {"type": "equation", "equation": {"expression": "x^2"}, "plain_text": "x^2"}
    assert decode_text([equation]) == Text(
        "x^2", '[{"equation":{"expression":"x^2"},"type":"equation"}]'
    )


def test_a_part_of_a_text_in_an_unknown_form_is_refused_by_the_reader_of_the_column() -> None:
    with pytest.raises(ValueError, match="hologram"):
        plain_of([{"type": "hologram"}])
    with pytest.raises(TypeError, match="int"):
        plain_of([{"type": "mention", "plain_text": 3}])


@PATIENT
@given(st.text(CHARACTERS, max_size=300), st.integers(2, 40))
def test_pieces_make_the_whole_and_keep_the_limit(text: str, most: int) -> None:
    pieces = list(cut_text(text, most))
    assert "".join(pieces) == text
    assert all(0 < utf16_units(piece) <= most for piece in pieces)
    assert all(len(piece.encode("utf-16-le")) // 2 == utf16_units(piece) for piece in pieces)


@pytest.mark.parametrize(
    "character",
    [FAMILY, "e\u0301\u0323", "🇦🇹", "👍🏽", "\r\n", "❤\ufe0f", "🏴\U000e0067\U000e007f"],
)
def test_a_cut_spares_characters_of_several_code_points(character: str) -> None:
    for room in range(1, 12):
        text = "a" * (20 - room) + character * 3
        for piece in cut_text(text, 20):
            assert piece.replace(character, "").strip("a") == ""


def test_a_cut_goes_through_a_character_that_is_longer_than_any() -> None:
    pieces = list(cut_text("e" + "\u0301" * 300, 100))
    assert [len(piece) for piece in pieces] == [100, 100, 100, 1]


def test_a_long_text_is_written_in_pieces_of_2000_units() -> None:
    text = "🚀" * 1500
    request = encode_value(PropertyType.RICH_TEXT, Text(text))["rich_text"]
    assert [utf16_units(item["text"]["content"]) for item in request] == [2000, 1000]
    assert decode_text(request) == Text(text)


def test_a_long_formatted_text_keeps_its_formatting_in_every_piece() -> None:
    text = decode_text([text_item("x" * 4500, bold=True, link="https://example.com/")])
    request = encode_value(PropertyType.TITLE, text)["title"]
    assert len(request) == 3
    assert {json.dumps(item["annotations"]) for item in request} == {'{"bold": true}'}
    assert decode_text(request) == text


def test_200000_characters_are_written_and_one_more_is_refused() -> None:
    assert len(encode_value(PropertyType.RICH_TEXT, Text("x" * 200_000))["rich_text"]) == 100
    with pytest.raises(ValueRefusedError, match=r"^Notes: .* 101 pieces .* Shorten"):
        encode_value(PropertyType.RICH_TEXT, Text("x" * 200_001), title="Notes")


@pytest.mark.parametrize(
    ("item", "what"),
    [
        (text_item("a", link="https://e.co/" + "x" * 2000), "the link"),
        ({"type": "equation", "equation": {"expression": "x" * 1001}}, "the equation"),
    ],
)
def test_a_link_or_equation_that_is_too_long_is_refused(item: Any, what: str) -> None:
    with pytest.raises(ValueRefusedError, match=what):
        encode_value(PropertyType.RICH_TEXT, decode_text([item]), title="Notes")


def test_unicode_forms_are_one() -> None:
    decomposed = unicodedata.normalize("NFD", "Zoë")
    assert decode_text([text_item(decomposed)]) == Text("Zoë")
    assert formatted(text_item(decomposed, bold=True))[0]["text"]["content"] == "Zoë"


def test_an_accent_across_two_like_segments_is_one_letter_in_the_formatting() -> None:
    segments = formatted(text_item("e", bold=True), text_item("\u0301", bold=True))
    assert segments == formatted(text_item("é", bold=True))
