"""Formatted text, shown and edited by people as plain text.

The rule: an edit changes the characters that were changed and nothing else; formatting,
links and mentions around them stay as they were.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any
from urllib.parse import urlsplit

from notion_emulator.richtext import MAX_TEXT, PLAIN, plain_text

Json = dict[str, Any]

#: Schemes that a link may have; anything else is shown as text.
SCHEMES = frozenset({"http", "https", "mailto", "tel"})

_WORD = re.compile(r"\w+|\W")
#: Of longer changes only the ends are compared.
MOST_WORDS = 2_000


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text of one look: its words, CSS classes and address ("" for none)."""

    text: str
    look: str = ""
    href: str = ""


def safe(address: str | None) -> str:
    """Return an address that a link may lead to, "" for any other."""
    if not address:
        return ""
    try:
        scheme = urlsplit(address.strip()).scheme.lower()
    except ValueError:
        return ""
    return address.strip() if scheme in SCHEMES else ""


def runs(value: str | list[Json] | None, limit: int | None = None) -> list[Run]:
    """Return a kept text as runs, cut after ``limit`` characters."""
    shown: list[Run] = []
    left = limit
    for item in [] if value is None else _segments(value):
        text = item["plain_text"]
        if left is not None:
            if left <= 0:
                shown.append(Run("…"))
                break
            text = text[:left]
            left -= len(item["plain_text"])
        shown.append(Run(text, _look(item), _address(item)))
    return shown


def _address(item: Json) -> str:
    """Return where a segment leads; a mentioned page is here, not at Notion."""
    mention = item.get("mention") or {}
    if mention.get("type") == "page":
        return f"/pages/{mention['page']['id']}"
    return "" if mention else safe(item.get("href"))


def _segments(value: str | list[Json]) -> list[Json]:
    return [_plain(value)] if isinstance(value, str) else value


def _plain(text: str) -> Json:
    return {"type": "text", "text": {"content": text}, "plain_text": text}


def _look(item: Json) -> str:
    marks = item.get("annotations") or {}
    named = [f"t-{mark}" for mark in marks if marks[mark] is True]
    color = marks.get("color", "default")
    if color != "default":
        named.append(f"t-{color}")
    if item["type"] != "text":
        named.append(f"t-{item['type']}")
    return " ".join(named)


def edited(before: str | list[Json] | None, after: str) -> list[Json]:
    """Return the rich text to write when a person made ``after`` out of ``before``.

    What was kept keeps its segments; what is new takes the look of the text before it.
    """
    if not isinstance(before, list):
        return list(_pieces(_plain(after)))
    made: list[Json] = []
    for start, end, fresh in _changes(plain_text(before), after):
        if fresh:
            beside = made[-1] if made and made[-1]["type"] == "text" else _plain("")
            made.append(_cut(beside, fresh))
        made += _part(before, start, end)
    return [piece for item in _joined(made) for piece in _pieces(item)]


def _changes(old: str, new: str) -> Iterator[tuple[int, int, str]]:
    """Give, from first to last, what is new and then which characters of the old follow it."""
    head = _common(old, new)
    tail = _common(old[head:][::-1], new[head:][::-1])
    yield 0, head, ""
    was: list[str] = _WORD.findall(old[head : len(old) - tail])
    now: list[str] = _WORD.findall(new[head : len(new) - tail])
    if max(len(was), len(now)) <= MOST_WORDS:
        done = 0
        for block in SequenceMatcher(a=was, b=now, autojunk=False).get_matching_blocks():
            start = head + sum(map(len, was[: block.a]))
            kept = sum(map(len, was[block.a : block.a + block.size]))
            yield start, start + kept, "".join(now[done : block.b])
            done = block.b + block.size
    else:
        yield 0, 0, "".join(now)
    yield len(old) - tail, len(old), ""


def _common(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _joined(items: list[Json]) -> list[Json]:
    """Return segments with neighbours of one look as one, as they are after an edit."""
    made: list[Json] = []
    for item in items:
        last = made[-1] if made else None
        if last is not None and item["type"] == last["type"] == "text" and _like(item, last):
            made[-1] = _cut(last, last["plain_text"] + item["plain_text"])
        else:
            made.append(item)
    return made


def _like(one: Json, other: Json) -> bool:
    looks = [{**PLAIN, **item.get("annotations", {})} for item in (one, other)]
    return looks[0] == looks[1] and one["text"].get("link") == other["text"].get("link")


def _cut(item: Json, text: str) -> Json:
    return {**item, "text": {**item["text"], "content": text}, "plain_text": text}


def _part(items: list[Json], start: int, end: int) -> list[Json]:
    """Return the segments between two characters; a mention cut in two becomes text."""
    found = []
    at = 0
    for item in items:
        text = item["plain_text"]
        here = text[max(start - at, 0) : max(end - at, 0)]
        if here == text:
            if text:
                found.append(item)
        elif here:
            found.append(_cut(item, here) if item["type"] == "text" else _plain(here))
        at += len(text)
    return found


def _pieces(item: Json) -> Iterator[Json]:
    """Give a segment in parts that the API takes, none with a character cut in two."""
    if item["type"] != "text":
        yield item
        return
    text = item["plain_text"]
    start = length = 0
    for at, character in enumerate(text):
        width = 2 if ord(character) > 0xFFFF else 1
        if length + width > MAX_TEXT:
            yield _cut(item, text[start:at])
            start, length = at, 0
        length += width
    if start < len(text):
        yield _cut(item, text[start:])
