"""What is written to Notion is read back as the same value, in its normal form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.errors import OurError
from accord.core.schema import COMPUTED, KINDS, PropertyType
from accord.core.values import Kind, Text, canonical_json, normal
from accord.notion.codec import encode_value
from accord.notion.properties import decode_value
from accord.notion.rich_text import decode_text
from tests.codec.echo import answer
from tests.codec.made import FORMATTED, OPAQUES, PATIENT, VALUES

NEVER_WRITTEN = {*COMPUTED, PropertyType.LOCATION}
WRITTEN = [kind for kind in PropertyType if kind not in NEVER_WRITTEN]


@pytest.mark.parametrize("kind", WRITTEN)
@PATIENT
@given(data=st.data())
def test_a_written_value_is_read_back_in_its_normal_form(
    kind: PropertyType, data: st.DataObject
) -> None:
    value = data.draw(OPAQUES.get(kind, VALUES[KINDS[kind]]))
    expected = normal(KINDS[kind], value)
    assert decode_value(kind, answer(kind, encode_value(kind, value))) == expected


@pytest.mark.parametrize("kind", Kind)
@PATIENT
@given(data=st.data())
def test_normal_is_idempotent(kind: Kind, data: st.DataObject) -> None:
    once = normal(kind, data.draw(VALUES[kind]))
    assert normal(kind, once) == once


@PATIENT
@given(FORMATTED)
def test_equal_texts_have_equal_forms_however_they_are_cut(
    segments: list[dict[str, object]],
) -> None:
    text = decode_text(segments)
    formatted = None if text is None else text.formatted
    request = encode_value(PropertyType.RICH_TEXT, text)["rich_text"]
    assert decode_text(request) == text
    if formatted is not None:
        assert canonical_json(request) == formatted


@PATIENT
@given(FORMATTED)
def test_the_words_of_a_text_do_not_depend_on_its_formatting(
    segments: list[dict[str, object]],
) -> None:
    text = decode_text(segments)
    words = "".join(str(segment["plain_text"]) for segment in segments)
    assert text == (normal(Kind.TEXT, Text(words, text.formatted)) if text else None)
    assert bool(text) == bool(words)


@pytest.mark.parametrize("kind", sorted(COMPUTED))
def test_what_notion_works_out_is_never_written(kind: PropertyType) -> None:
    with pytest.raises(OurError, match="never written"):
        encode_value(kind, None, title="Total")
