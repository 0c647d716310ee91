"""The plain text of a formatted text in its canonical form."""

from typing import Any

import pytest

from accord.core.formatted import plain_of


def test_the_plain_text_is_that_of_all_segments() -> None:
    segments: list[dict[str, Any]] = [
        {"type": "text", "text": {"content": "e"}},
        {"type": "text", "text": {"content": "\u0301 = "}, "annotations": {"bold": True}},
        {"type": "equation", "equation": {"expression": "mc^2"}},
        {"type": "mention", "mention": {"type": "user"}, "plain_text": " by @Ann"},
    ]
    assert plain_of(segments) == "é = mc^2 by @Ann"


@pytest.mark.parametrize(
    ("segment", "error"),
    [
        ({"type": "image"}, ValueError),
        ({"type": "text"}, KeyError),
        ({"type": "mention", "plain_text": None}, TypeError),
    ],
)
def test_what_is_not_of_that_form_is_refused(
    segment: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        plain_of([segment])
