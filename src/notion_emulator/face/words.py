"""Numbers, dates and refusals in words for people.

The rule: what is shown can be understood without the API; a moment is shown in the offset that
it was written in, and a refusal says what is wrong in the terms of the cell.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from notion_emulator.stamps import DAY, from_ms

if TYPE_CHECKING:
    from notion_emulator.errors import ApiError

Json = dict[str, Any]

#: What stands before a number of a currency; every other format shows the bare number.
CURRENCIES = {
    "dollar": "$",
    "canadian_dollar": "CA$",
    "australian_dollar": "A$",
    "new_zealand_dollar": "NZ$",
    "hong_kong_dollar": "HK$",
    "singapore_dollar": "SGD ",
    "euro": "€",
    "pound": "£",
    "yen": "¥",
    "yuan": "CN¥",
    "rupee": "₹",
    "won": "₩",
    "real": "R$",
    "ruble": "RUB ",
    "franc": "CHF ",
    "shekel": "₪",
    "krona": "SEK ",
    "norwegian_krone": "NOK ",
    "danish_krone": "DKK ",
    "zloty": "PLN ",
    "lira": "TRY ",
    "rand": "ZAR ",
    "mexican_peso": "MX$",
    "baht": "THB ",
    "dirham": "AED ",
    "riyal": "SAR ",
}

_ARCHIVED = "Can't edit block that is archived"
_PLACE = re.compile(r"^body failed validation: body(?:\.properties\.(?P<rest>.*))?", re.DOTALL)
_LENGTH = re.compile(r"length should be ≤ `(\d+)`, instead was `(\d+)`")


def number(value: float, form: str) -> str:
    """Return a number in a format of Notion's, such as ``dollar`` or ``percent``."""
    if form == "percent":
        return f"{_plain(value * 100)}%"
    if form in CURRENCIES:
        sign = "-" if value < 0 else ""
        return f"{sign}{CURRENCIES[form]}{abs(value):,.2f}"
    return _plain(value, grouped=form == "number_with_commas")


def _plain(value: float, *, grouped: bool = False) -> str:
    if isinstance(value, int):
        return f"{value:,}" if grouped else str(value)
    text = f"{value:.12g}"
    if "e" in text:
        return repr(value)
    return f"{float(text):,}".removesuffix(".0") if grouped else text


def day(moment: date) -> str:
    """Return a day: ``22 Nov 2026``."""
    return f"{moment.day} {moment:%b %Y}"


def _offset(moment: datetime) -> str:
    text = moment.strftime("%z")
    if text in {"", "+0000"}:
        return "UTC"
    minutes = "" if text[3:5] == "00" else f":{text[3:5]}"
    return f"UTC{text[0]}{int(text[1:3])}{minutes}"


def moment(text: str) -> str:
    """Return a kept date or datetime: ``22 Nov 2026`` or ``22 Nov 2026, 14:00 UTC+2``."""
    if DAY.match(text):
        return day(date.fromisoformat(text))
    instant = datetime.fromisoformat(text)
    return f"{day(instant)}, {instant:%H:%M} {_offset(instant)}"


def span(start: str, end: str | None) -> str:
    """Return a date value; an end on the day of the start is shown by its time alone."""
    if end is None:
        return moment(start)
    if not DAY.match(start) and not DAY.match(end):
        first, last = datetime.fromisoformat(start), datetime.fromisoformat(end)
        if first.date() == last.date() and first.utcoffset() == last.utcoffset():
            return f"{day(first)}, {first:%H:%M} → {last:%H:%M} {_offset(first)}"
    return f"{moment(start)} → {moment(end)}"


def instant(stamp: int) -> str:
    """Return an instant in milliseconds: ``22 Nov 2026, 14:00 UTC``."""
    return moment(from_ms(stamp).isoformat())


def of_json(value: Any) -> str:
    """Return a value of the API, as formulas and rollups give it, as plain words."""
    match value:
        case None:
            return ""
        case bool():
            return "Yes" if value else "No"
        case int() | float():
            return _plain(value)
        case str():
            return moment(value) if re.match(r"\d{4}-\d{2}-\d{2}T", value) else value
        case list():
            return ", ".join(shown for shown in map(of_json, value) if shown)
        case {"start": str(start), "end": end}:
            return span(start, end)
        case {"plain_text": text} | {"name": text}:
            return str(text)
        case {"prefix": prefix, "number": count}:
            return f"{prefix}-{count}" if prefix else of_json(count)
        case {"type": str(kind)} if kind in value:
            return of_json(value[kind])
        case _:
            return ""


def refusal(error: ApiError) -> str:
    """Return what the workspace refuses, in words that fit at a cell."""
    message = error.message
    if message.startswith(_ARCHIVED):
        return "This page is in the trash. Restore it to edit it."
    if error.code == "object_not_found":
        found = re.match(r"Could not find (\w+)", message)
        what = found.group(1).replace("_", " ") if found else "thing"
        return f"This {what} is not there any more, or is not shared."
    length = _LENGTH.search(message)
    if length:
        return f"Too long: {length.group(2)}, where {length.group(1)} is the most."
    return _PLACE.sub(lambda match: match.group("rest") or "This", message)
