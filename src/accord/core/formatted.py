"""What both codecs know of formatted text: how its plain text is found in it.

Rule: `Text.plain` is always ``plain_of(Text.formatted)``, so that a column with the plain text
and a note with the formatting can be joined again.

The canonical form is a list of segments, each in the form in which Notion takes it::

    {"type": "text", "text": {"content": "...", "link": {"url": "..."}}, "annotations": {...}}
    {"type": "equation", "equation": {"expression": "..."}, "annotations": {...}}
    {"type": "mention", "mention": {...}, "plain_text": "@Ann", "annotations": {...}}

``link`` and ``annotations`` are there only when they say something. A mention carries its plain
text along (Notion ignores it when written), for nothing else in it can tell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from accord.core.values import Json, normal_text


def plain_of(segments: Sequence[Mapping[str, Json]]) -> str:
    """The plain text of a formatted text in its canonical form, in Unicode NFC.

    Raises:
        KeyError, TypeError, ValueError: it is not of that form.
    """
    return normal_text("".join(plain_of_segment(segment) for segment in segments))


def plain_of_segment(segment: Mapping[str, Json]) -> str:
    """The plain text of one segment in its canonical form.

    Raises:
        KeyError, TypeError, ValueError: it is not of that form.
    """
    match segment["type"]:
        case "text":
            plain = segment["text"]["content"]
        case "equation":
            plain = segment["equation"]["expression"]
        case "mention":
            plain = segment["plain_text"]
        case other:
            raise ValueError(f"a segment of a text cannot be {other!r}")
    if not isinstance(plain, str):
        raise TypeError(f"a segment's text is {type(plain).__name__}, not text")
    return plain
