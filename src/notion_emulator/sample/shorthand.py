"""How the sample records are written down, and what the API is told.

A record file holds plain values: `"Status": "Active"`, `"Owner": ["sam"]`. Rule: what a
value becomes depends on the type of its property alone; days are written relative to the
present ("-3d", "+12d 18:30+01:00 / +12d 22:00+01:00"), so that the sample never grows old.
"""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from notion_emulator.sample.people import person_id
from notion_emulator.sample.schema import fixed_id

Json = dict[str, Any]

CHUNK = 2000
_DAY = re.compile(r"([+-]?\d+)d(?: (\d\d:\d\d)([+-]\d\d:\d\d)?)?")
_STYLES = ("bold", "italic", "strikethrough", "underline", "code", "color")


def page_id(key: str) -> str:
    """Return the id of the page that a record's key stands for."""
    return fixed_id("page", key)


def moment(text: str, now: datetime) -> datetime:
    """Return a written day and time as an instant in UTC."""
    day, time, _ = _split(text, now)
    return datetime.fromisoformat(f"{day}T{time or '00:00'}").replace(tzinfo=UTC)


def _split(text: str, now: datetime) -> tuple[str, str | None, str | None]:
    found = _DAY.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is not a day such as '-3d' or '+2d 09:30+01:00'")
    day = (now.astimezone(UTC) + timedelta(days=int(found[1]))).date()
    return day.isoformat(), found[2], found[3]


def _date(text: str, now: datetime) -> str:
    day, time, offset = _split(text, now)
    return day if time is None else f"{day}T{time}:00.000{offset or '+00:00'}"


def chunks(text: str, size: int = CHUNK) -> Iterator[str]:
    """Cut a text into parts of at most `size` UTF-16 units, never inside a character."""
    if 0 < len(text) <= size // 2:
        yield text
        return
    part: list[str] = []
    length = 0
    for character in text:
        width = 2 if ord(character) > 0xFFFF else 1
        if length + width > size:
            yield "".join(part)
            part, length = [], 0
        part.append(character)
        length += width
    if part:
        yield "".join(part)


def rich_text(content: str) -> list[Json]:
    """Return a plain text as the API takes it."""
    return [{"type": "text", "text": {"content": part}} for part in chunks(content)]


@dataclass(frozen=True, slots=True)
class Translator:
    """Turns what a record file holds into what the API takes.

    Attributes:
        now: the present, to which written days are relative.
        bot_id: the user id that the key "bot" stands for.
    """

    now: datetime
    bot_id: str

    def user(self, key: str) -> str:
        """Return the user id that a key stands for."""
        return self.bot_id if key == "bot" else person_id(key)

    def value(self, kind: str, written: Any) -> Json:
        """Return the property value for what is written, by the property's type."""
        return {kind: self._by_kind(kind)(written)}

    def _by_kind(self, kind: str) -> Callable[[Any], Any]:
        match kind:
            case "title" | "rich_text":
                return self._text
            case "select":
                return lambda name: {"name": name}
            case "multi_select":
                return lambda names: [{"name": name} for name in names]
            case "date":
                return self._range
            case "people":
                return lambda keys: [{"id": self.user(key)} for key in keys]
            case "relation":
                return lambda keys: [{"id": page_id(key)} for key in keys]
            case "files":
                return lambda named: [
                    {"name": name, "type": "external", "external": {"url": url}}
                    for name, url in named
                ]
            case "number" | "url" | "email" | "phone_number":
                return lambda written: written
            case _:
                raise ValueError(f"a record cannot hold a value of type {kind}")

    def _text(self, written: Any) -> list[Json]:
        match written:
            case str():
                return rich_text(written)
            case {"json": document}:
                return rich_text(json.dumps(document, ensure_ascii=False))
            case _:
                return [item for part in written for item in self._segments(part)]

    def _segments(self, part: str | Json) -> list[Json]:
        match part:
            case str():
                return rich_text(part)
            case {"equation": expression}:
                return [{"type": "equation", "equation": {"expression": expression}}]
            case {"mention": str(target)}:
                return [{"type": "mention", "mention": self._mention(target)}]
            case _:
                styles = {style: part[style] for style in _STYLES if style in part}
                link = {"url": part["link"]} if "link" in part else None
                text = {"content": part["text"], "link": link}
                return [{"type": "text", "text": text, "annotations": styles}]

    def _mention(self, target: str) -> Json:
        kind, _, key = target.partition(":")
        match kind:
            case "user":
                return {"type": "user", "user": {"id": self.user(key)}}
            case "page":
                return {"type": "page", "page": {"id": page_id(key)}}
            case _:
                return {"type": "date", "date": {"start": _date(key, self.now)}}

    def _range(self, written: str) -> Json:
        start, _, end = written.partition(" / ")
        return {"start": _date(start, self.now), "end": _date(end, self.now) if end else None}
