"""Notion's rich text: into one canonical form, and into pieces that Notion accepts.

Rule: equal texts have equal forms, however Notion cuts them into segments; what is canonical can
be written back as it is (see `accord.core.formatted` for the form).
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from accord.core.errors import ValueRefusedError
from accord.core.formatted import plain_of
from accord.core.values import Json, Text, canonical_json, iso_day_or_minute, normal_text

#: Notion's limits: UTF-16 code units in one text segment, in a link, in an equation.
MOST_UNITS: Final = 2000
MOST_LINK_UNITS: Final = 2000
MOST_EQUATION_UNITS: Final = 1000
#: Notion's limit on any list in a request.
MOST_ITEMS: Final = 100

_STYLES: Final = ("bold", "italic", "strikethrough", "underline", "code")
_UNFORMATTED: Final = {**dict.fromkeys(_STYLES, False), "color": "default"}
_JOINER: Final = "\u200d"
#: How far back a cut may move to spare a character that is made of several code points.
_LONGEST_CHARACTER: Final = 64


def decode_text(items: Sequence[Mapping[str, Json]]) -> Text | None:
    """The text that Notion's rich text array holds; None when it is empty.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: it is no rich text array.
    """
    if len(items) == 1 and _is_plain(items[0]):  # as nearly all are
        words = normal_text(items[0]["text"]["content"])
        return Text(words) if words else None
    segments = _merged([_segment(item) for item in items])
    plain = plain_of(segments)
    if not plain:
        return None
    bare = all(segment.keys() == {"type", "text"} for segment in segments)
    if bare and not any("link" in segment["text"] for segment in segments):
        return Text(plain)
    return Text(plain, canonical_json(segments))


def _is_plain(item: Mapping[str, Json]) -> bool:
    return (
        item.get("type") == "text"
        and item.get("annotations") == _UNFORMATTED
        and not item["text"].get("link")
    )


def encode_text(text: Text | None, title: str) -> Json:
    """Notion's rich text array for a text, with its formatting; None is an empty text.

    ``title`` is the property, for the message of a refusal.

    Raises:
        ValueRefusedError: the text is longer than Notion takes in one request.
    """
    if text is None:
        return []
    whole = json.loads(text.formatted) if text.formatted else [_text(text.plain, None)]
    cut = [piece for segment in whole for piece in _pieces(segment, title)]
    if len(cut) > MOST_ITEMS:
        raise ValueRefusedError(
            title,
            f"the text is too long, or has too many formats: it needs {len(cut)} pieces of at most"
            f" {MOST_UNITS} characters, and Notion takes {MOST_ITEMS}",
            "Shorten the text, or its formatting; it stays as it is on both sides until then.",
        )
    return cut


def utf16_units(text: str) -> int:
    """How long a text is as Notion counts: in UTF-16 code units."""
    return len(text) + sum(1 for character in text if ord(character) > 0xFFFF)


def cut_text(text: str, most: int = MOST_UNITS) -> Iterator[str]:
    """A text in pieces of at most ``most`` (>= 2) UTF-16 code units.

    A character made of several code points (an accent, a family emoji) stays whole unless it
    is longer than any character has reason to be.
    """
    start = 0
    while start < len(text):
        end, units = start, 0
        while end < len(text) and units + (width := utf16_units(text[end])) <= most:
            units += width
            end += 1
        end = _boundary(text, start, end)
        yield text[start:end]
        start = end


def _boundary(text: str, start: int, end: int) -> int:
    """The last place at or before ``end`` between two whole characters, else ``end``."""
    for place in range(end, max(start, end - _LONGEST_CHARACTER), -1):
        if place == len(text) or not _holds_together(text, place):
            return place
    return end


def _holds_together(text: str, place: int) -> bool:
    """Whether the code points on both sides of a place are one character (near enough)."""
    before, after = text[place - 1], text[place]
    if before == "\r":
        return after == "\n"
    if _is_flag_letter(before) and _is_flag_letter(after):
        first = place - 1
        while first > 0 and _is_flag_letter(text[first - 1]):
            first -= 1
        return (place - first) % 2 == 1
    return (
        _JOINER in {before, after}
        or unicodedata.category(after) in {"Mn", "Me", "Mc"}
        or "\U0001f3fb" <= after <= "\U0001f3ff"  # the colour of a hand
        or "\U000e0020" <= after <= "\U000e007f"  # the tags of a region's flag
    )


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _pieces(segment: Mapping[str, Json], title: str) -> Iterator[Json]:
    if segment["type"] == "equation":
        expression = segment["equation"]["expression"]
        _refuse_longer("the equation", expression, MOST_EQUATION_UNITS, title)
    if segment["type"] != "text":
        yield dict(segment)
        return
    text = segment["text"]
    if "link" in text:
        _refuse_longer("the link", text["link"]["url"], MOST_LINK_UNITS, title)
    for content in cut_text(text["content"]):
        yield {**segment, "text": {**text, "content": content}}


def _refuse_longer(what: str, text: str, most: int, title: str) -> None:
    if utf16_units(text) > most:
        raise ValueRefusedError(
            title,
            f"{what} {text[:40]}... is longer than the {most} characters that Notion takes",
            "Shorten it.",
        )


def _segment(item: Mapping[str, Json]) -> dict[str, Json]:
    """One segment in its canonical form."""
    segment: dict[str, Json]
    match item.get("type"):
        case "text":
            segment = _text(item["text"]["content"], item["text"].get("link"))
        case "equation":
            expression = normal_text(item["equation"]["expression"])
            segment = {"type": "equation", "equation": {"expression": expression}}
        case "mention":
            segment = _mention(item)
        case _:
            segment = _words(item, item.get("href"))
    annotations = _annotations(item.get("annotations") or {})
    if annotations:
        segment["annotations"] = annotations
    return segment


def _text(content: str, link: Mapping[str, Json] | None) -> dict[str, Json]:
    text: dict[str, Json] = {"content": normal_text(content)}
    url = link.get("url") if link else None
    if url:
        text["link"] = {"url": _normal_url(url)}
    return {"type": "text", "text": text}


def _words(item: Mapping[str, Json], url: str | None) -> dict[str, Json]:
    """What Notion shows of a segment that cannot be written back: its words and its link."""
    return _text(item.get("plain_text") or "", {"url": url})


def _mention(item: Mapping[str, Json]) -> dict[str, Json]:
    mention = item["mention"]
    kind = mention["type"]
    target = mention.get(kind)
    reduced: dict[str, Json]
    match kind:
        case "user" | "page" | "database" | "data_source" | "custom_emoji":
            reduced = {"id": target["id"]}
        case "date":
            ends = {end: target[end] for end in ("start", "end") if target.get(end)}
            reduced = {end: iso_day_or_minute(text) for end, text in ends.items()}
        case "template_mention":
            reduced = dict(target)
        case "link_preview":
            return _words(item, target["url"])
        case "link_mention":
            return _words(item, target.get("href") or item.get("href"))
        case _:
            return _words(item, item.get("href"))
    plain = normal_text(item.get("plain_text") or "")
    return {"type": "mention", "mention": {"type": kind, kind: reduced}, "plain_text": plain}


def _annotations(given: Mapping[str, Json]) -> dict[str, Json]:
    annotations: dict[str, Json] = {style: True for style in _STYLES if given.get(style)}
    color = given.get("color")
    if color and color != "default":
        annotations["color"] = color
    return annotations


def _normal_url(url: str) -> str:
    """Notion writes ``https://example.com`` as ``https://example.com/``."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if parts.scheme in {"http", "https"} and parts.netloc and not parts.path:
        return urlunsplit(parts._replace(path="/"))
    return url


def _merged(segments: list[dict[str, Json]]) -> list[dict[str, Json]]:
    """Neighbours that look alike as one; empty texts left out."""
    merged: list[dict[str, Json]] = []
    for segment in segments:
        if segment["type"] == "text":
            if not segment["text"]["content"]:
                continue
            if merged and _looks(merged[-1]) == _looks(segment):
                joined = merged[-1]["text"]["content"] + segment["text"]["content"]
                merged[-1]["text"]["content"] = normal_text(joined)
                continue
        merged.append(segment)
    return merged


def _looks(segment: Mapping[str, Json]) -> Json:
    """All of a text segment but its words; None for other segments, which stay apart."""
    if segment["type"] != "text":
        return None
    return (segment["text"].get("link"), segment.get("annotations"))
