"""What a person entered in an editor, read into a property value of the API.

The rule: a form becomes the body that a client would send, so that the workspace checks it as
it checks every write; what would be refused for its form alone is refused here in words.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from notion_emulator.face.runs import edited
from notion_emulator.richtext import plain_text

if TYPE_CHECKING:
    from notion_emulator.model import Property

Json = dict[str, Any]
Form = dict[str, list[str]]

#: Kinds whose editor reads into a value.
WRITABLE = frozenset(
    {
        "title",
        "rich_text",
        "number",
        "select",
        "multi_select",
        "status",
        "date",
        "people",
        "checkbox",
        "url",
        "email",
        "phone_number",
        "files",
        "relation",
    }
)

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_OFFSET = re.compile(r"[+-]\d{2}:\d{2}")


class Refused(Exception):
    """What was entered has no meaning; the message says why, to the person who entered it."""


def value(prop: Property, form: Form, kept: Any) -> Json:
    """Return the property value object for a form.

    Args:
        prop: The property.
        form: The fields of its editor.
        kept: The present value as the workspace keeps it; files as they are shown.

    Raises:
        Refused: The form means nothing.
    """
    match prop.kind:
        case "title" | "rich_text":
            read: Any = _text(form, kept)
        case "number":
            read = _number(_field(form, "value"), prop.config.get("format", "number"))
        case "checkbox":
            read = _field(form, "value") == "true"
        case "select" | "status":
            chosen = form.get("item", [])
            read = _option(chosen[-1]) if chosen else None
        case "multi_select":
            read = [_option(item) for item in form.get("item", [])]
        case "date":
            read = _date(form)
        case "people":
            read = [{"id": item} for item in form.get("item", [])]
        case "relation":
            read = [{"id": item} for item in (*form.get("item", []), *form.get("unseen", []))]
        case "files":
            read = _files(form, kept or [])
        case _:
            read = _field(form, "value") or None
    return {prop.kind: read}


def _field(form: Form, name: str) -> str:
    return form.get(name, [""])[-1].strip()


def _text(form: Form, kept: Any) -> list[Json]:
    text = form.get("value", [""])[-1].replace("\r\n", "\n")
    before = plain_text(kept)
    if isinstance(kept, list) and text == before.replace("\r\n", "\n"):
        return kept
    return edited(kept, text)


def _number(text: str, form: str) -> float | None:
    bare = text.replace("\u00a0", "").replace(" ", "").lstrip("$€£¥₹₩")
    if not bare:
        return None
    share = bare.endswith("%") and form == "percent"
    if share:
        bare = bare[:-1]
    if _GROUPED.fullmatch(bare):
        bare = bare.replace(",", "")
    if not _NUMBER.fullmatch(bare):
        raise Refused(f"“{text}” is not a number. Write it like 1234.5")
    read = float(bare)
    if read in {float("inf"), float("-inf")}:
        raise Refused(f"“{text}” is too large for a number.")
    if share:
        return read / 100
    return int(bare) if re.fullmatch(r"[+-]?\d{1,15}", bare) else read


def _option(item: str) -> Json:
    """Return an option by id, or, with a plus before it, by the name of a new one."""
    if not item.startswith("+"):
        return {"id": item}
    name = item[1:].strip()
    if "," in name:
        raise Refused("The name of an option cannot have a comma in it.")
    return {"name": name}


def _date(form: Form) -> Json | None:
    entered = {key: _field(form, key) for key in ("start_day", "start_time", "end_day", "end_time")}
    if not any(entered.values()):
        return None
    if not entered["start_day"]:
        raise Refused("A date needs a day to start on.")
    if entered["end_time"] and not entered["end_day"]:
        entered["end_day"] = entered["start_day"]
    if entered["end_day"] and bool(entered["start_time"]) != bool(entered["end_time"]):
        raise Refused("Give both the start and the end a time, or neither.")
    start = _moment(entered["start_day"], entered["start_time"])
    end = _moment(entered["end_day"], entered["end_time"]) if entered["end_day"] else None
    if end is not None and end < start:
        raise Refused("The end is before the start.")
    if not entered["start_time"]:
        return {"start": start[:10], "end": end and end[:10]}
    zone = _field(form, "zone") or "UTC"
    if _OFFSET.fullmatch(zone):
        return {"start": start + zone, "end": end and end + zone}
    return {"start": start, "end": end, "time_zone": zone}


def _moment(day: str, clock: str) -> str:
    try:
        at = time.fromisoformat(clock) if clock else time()
        return datetime.combine(date.fromisoformat(day), at).isoformat(timespec="minutes")
    except ValueError:
        raise Refused(f"“{f'{day} {clock}'.strip()}” is not a date.") from None


def _files(form: Form, kept: list[Json]) -> list[Json]:
    """Return the files of parallel fields; one that was there before is named by its place."""
    read: list[Json] = []
    rows = zip(form.get("name", []), form.get("url", []), form.get("kept", []), strict=True)
    for name, url, place in rows:
        before = _before(place, kept)
        label, address = name.strip(), url.strip()
        if before is not None and before["type"] == "file":
            file = {"type": "file", "file": {"url": before["url"]}}
            read.append({"name": label or before["name"], **file})
            continue
        if not address:
            if label:
                raise Refused(f"“{label}” needs an address.")
            continue
        known = before is not None and before["url"] == address
        if not known and not re.fullmatch(r"https?://\S+", address):
            raise Refused(f"“{address}” is no address. It begins with https://")
        read.append({"name": label, "type": "external", "external": {"url": address}})
    return read


def _before(place: str, kept: list[Json]) -> Json | None:
    if not place:
        return None
    if not place.isdecimal() or int(place) >= len(kept):
        raise Refused("A file of this cell is gone. Open the cell again.")
    return kept[int(place)]
