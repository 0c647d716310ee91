"""Recordings of the real Notion API: reading them, and what can be told from them alone.

The rule: a recording is taken as it is. A line that lacks a part is still an interaction, only
a file that is no JSON at all is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

Json = dict[str, Any]

UUID = re.compile(
    r"(?<![0-9a-f])(?:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32})"
    r"(?![0-9a-f])"
)
#: What reading something of another shape than expected ends in: a reason, never a crash.
MISFITS = (ValueError, KeyError, TypeError, AttributeError, IndexError, RuntimeError)
_STAMPS = ("created_time", "last_edited_time")
#: How long a thing lives after the moment of the answer that names its end.
_LIVES = {"expires_at": timedelta(minutes=15), "expiry_time": timedelta(hours=1)}


class Unreadable(Exception):
    """A file that is no recording; the message says which and where."""


def dashed(text: str) -> str:
    """Return a UUID in the form in which answers carry it."""
    bare = text.replace("-", "").lower()
    return f"{bare[:8]}-{bare[8:12]}-{bare[12:16]}-{bare[16:20]}-{bare[20:]}"


@dataclass(frozen=True, slots=True)
class Interaction:
    """A recorded request and its answer.

    Attributes:
        number: Its place in the scenario, from 1.
        path: Path and query string, without the host.
        version: The header Notion-Version, None without it.
        request: The body: JSON, a text, or None.
        response: The body of the answer: JSON, or whatever came.
    """

    number: int
    method: str
    path: str
    version: str | None
    request: Any
    status: int
    response: Any

    @property
    def parts(self) -> list[str]:
        """The segments of the path after ``/v1``."""
        segments = [one for one in urlsplit(self.path).path.split("/") if one]
        return segments[1:] if segments[:1] == ["v1"] else segments

    @property
    def endpoint(self) -> str:
        """Method and path with ids exchanged for ``{id}``."""
        shown = [
            "{property}"
            if at and self.parts[at - 1] == "properties"
            else UUID.sub("{id}", one.lower()).replace("task_{id}", "{id}")
            if UUID.search(one.lower()) or (at == 1 and one.count("-") == 4)
            else one
            for at, one in enumerate(self.parts)
        ]
        return f"{self.method} /v1/" + "/".join("{id}" if "{id}" in one else one for one in shown)

    @property
    def done(self) -> bool:
        """Tell whether the real API did what it was asked for."""
        return 200 <= self.status < 300 and isinstance(self.response, dict)

    def is_a(self, method: str, *path: str) -> bool:
        """Tell whether this is a call of an endpoint; ``*`` stands for any one segment."""
        parts = self.parts
        return (
            self.method == method
            and len(parts) == len(path)
            and all(wanted in {"*", part} for wanted, part in zip(path, parts, strict=True))
        )


def load(paths: Iterable[Path]) -> dict[str, list[Interaction]]:
    """Return the interactions of all files by scenario, each in order.

    Raises:
        Unreadable: A file cannot be read or holds a line that is no JSON object.
    """
    found: dict[str, list[Interaction]] = {}
    stems: dict[str, int] = {}
    for path in dict.fromkeys(one.resolve() for one in paths):
        stems[path.stem] = stems.get(path.stem, 0) + 1
        stem = path.stem if stems[path.stem] == 1 else f"{path.stem} ({stems[path.stem]})"
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise Unreadable(f"{path}: {error}") from error
        for at, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                one = json.loads(line)
            except ValueError as error:
                raise Unreadable(f"{path}, line {at}: {error}") from error
            if not isinstance(one, dict):
                raise Unreadable(f"{path}, line {at}: not a JSON object")
            scenario = found.setdefault(f"{stem}/{one.get('src', '')}", [])
            scenario.append(_interaction(len(scenario) + 1, one))
    return found


def _interaction(number: int, one: Json) -> Interaction:
    parts = urlsplit(str(one.get("uri", "")))
    status = one.get("status")
    return Interaction(
        number=number,
        method=str(one.get("method", "GET")).upper(),
        path=parts.path + (f"?{parts.query}" if parts.query else ""),
        version=None if one.get("version") is None else str(one["version"]),
        request=_json(one.get("request")),
        status=int(str(status)) if str(status).isdecimal() else 0,
        response=_json(one.get("response")),
    )


def _json(body: Any) -> Any:
    """Return a body that was recorded as text as the JSON that it is, if it is."""
    if isinstance(body, str) and body.lstrip()[:1] in {"{", "["}:
        try:
            return json.loads(body)
        except ValueError:
            return body
    return body


def objects(value: Any) -> Iterator[Json]:
    """Give every JSON object in a value, outer before inner."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from objects(one)


def instant(text: object) -> datetime | None:
    """Return a recorded stamp, None for what is none."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def moment(one: Interaction) -> datetime | None:
    """Return the earliest instant at which an answer can have been given, None if untold."""
    stamps = [instant(part.get(key)) for part in objects(one.response) for key in _STAMPS]
    ends = [
        end - life
        for part in objects(one.response)
        for key, life in _LIVES.items()
        if (end := instant(part.get(key))) is not None and part.get("object") != "file_upload"
    ]
    return max([at for at in stamps if at is not None] + ends, default=None)
