"""What Notion answers to a property value that was written to it.

Rule: as the recordings show it: dates cut to the minute, formatting spelled out in full, options
with an id and a colour, files of Notion's own with a signature that is new every time.
"""

import itertools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accord.core.schema import PropertyType

_NUMBERS = itertools.count()
_STYLES = ("bold", "italic", "strikethrough", "underline", "code")


def answer(kind: PropertyType, request: Mapping[str, Any]) -> dict[str, Any]:
    """The property as the page shows it after ``request`` was written to it."""
    raw = request[kind.value]
    shown: dict[str, Any] = {"id": "a%3Ab", "type": kind.value}
    match kind:
        case PropertyType.TITLE | PropertyType.RICH_TEXT:
            shown[kind.value] = [_segment(item) for item in raw]
        case PropertyType.SELECT | PropertyType.STATUS:
            shown[kind.value] = None if raw is None else _option(raw)
        case PropertyType.MULTI_SELECT:
            shown[kind.value] = [_option(option) for option in raw]
        case PropertyType.DATE:
            shown[kind.value] = _date(raw)
        case PropertyType.PEOPLE:
            person: dict[str, Any] = {
                "name": "Ann",
                "avatar_url": None,
                "type": "person",
                "person": {},
            }
            shown[kind.value] = [{"object": "user", **item, **person} for item in raw]
        case PropertyType.RELATION:
            shown |= {kind.value: raw, "has_more": False}
        case PropertyType.FILES:
            shown[kind.value] = [_file(item) for item in raw]
        case PropertyType.VERIFICATION:
            rest = {"date": _date(raw.get("date")), "verified_by": None}
            shown[kind.value] = {"state": raw["state"], **rest}
        case PropertyType.PLACE:
            blank = dict.fromkeys(("name", "address", "aws_place_id", "google_place_id"))
            shown[kind.value] = None if raw is None else blank | raw
        case _:
            shown[kind.value] = raw
    return shown


def _segment(item: Mapping[str, Any]) -> dict[str, Any]:
    kind = item["type"]
    content = dict(item[kind])
    match kind:
        case "text":
            content.setdefault("link", None)
            plain = content["content"]
        case "equation":
            plain = content["expression"]
        case _:
            plain = item["plain_text"]
            if content["type"] == "date":
                content["date"] = _date(content["date"])
            if content["type"] == "user":
                content["user"] = {"object": "user", "name": "Ann", **content["user"]}
    annotations: dict[str, Any] = dict.fromkeys(_STYLES, False) | {"color": "default"}
    return {
        "type": kind,
        kind: content,
        "annotations": annotations | item.get("annotations", {}),
        "plain_text": plain,
        "href": (content.get("link") or {}).get("url") if kind == "text" else None,
    }


def _option(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": "Ab%3B", "name": raw["name"], "color": "brown"}


def _date(raw: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if raw is None:
        return None
    ends = {end: _end(raw.get(end)) for end in ("start", "end")}
    return {**ends, "time_zone": None}


def _end(text: str | None) -> str | None:
    if text is None or len(text) == len("2026-03-01"):
        return text
    moment = datetime.fromisoformat(text).replace(second=0, microsecond=0)
    return moment.isoformat(timespec="milliseconds")


def _file(raw: Mapping[str, Any]) -> dict[str, Any]:
    if raw["type"] == "external":
        return dict(raw)
    signed = f"{raw['file']['url']}?X-Amz-Expires=3600&X-Amz-Signature={next(_NUMBERS)}"
    held = {"url": signed, "expiry_time": "2026-03-01T11:30:00.000Z"}
    return {"name": raw["name"], "type": "file", "file": held}
