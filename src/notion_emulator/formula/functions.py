"""The functions that formulas may call, one row of `FUNCTIONS` each.

Rule: a function takes values already computed and returns one; for an empty argument
that it needs it returns None (empty), as Notion does, and it never raises anything but
`Unsupported`. Functions that choose which argument to compute (`if`, `and`, ...) are in
`evaluation`.
"""

import calendar
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeVar

from notion_emulator.formula.syntax import Unsupported

Kind = Literal["number", "string", "boolean", "date", "list"]

_STEPS = {
    "weeks": timedelta(weeks=1),
    "days": timedelta(days=1),
    "hours": timedelta(hours=1),
    "minutes": timedelta(minutes=1),
    "seconds": timedelta(seconds=1),
    "milliseconds": timedelta(milliseconds=1),
}
_MONTHS = {"years": 12, "quarters": 3, "months": 1}


@dataclass(frozen=True, slots=True)
class Function:
    """How to call one function: how many arguments, and the kind of what it returns."""

    apply: Callable[..., object]
    least: int
    most: int | None
    returns: Kind


def is_empty(value: object) -> bool:
    """Say whether Notion counts `value` as empty: nothing, "", [], 0 and false."""
    return value is None or value in ("", 0) or value == []


def text(value: object) -> str:
    """Return `value` the way Notion writes it inside a text."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
        case datetime():
            return format_date(value, "MMMM D, YYYY h:mm A") or ""
        case date():
            return format_date(value, "MMMM D, YYYY") or ""
        case list():
            return ",".join(text(item) for item in value)
        case _:
            return str(value)


def number(value: object) -> float | None:
    """Return `value` as a number: texts are read, dates are milliseconds since 1970."""
    match value:
        case bool() | float():
            return finite(float(value))
        case str():
            try:
                return finite(float(value))
            except ValueError:
                return None
        case date():
            return math.floor(instant(value).timestamp() * 1000.0)
        case _:
            return None


def finite(value: float) -> float | None:
    """Return `value`, or None for what JSON has no number for."""
    return value if math.isfinite(value) else None


def instant(value: date) -> datetime:
    """Return the moment a date stands for: a day is its first moment in UTC."""
    if not isinstance(value, datetime):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    try:
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    except OverflowError:
        raise Unsupported(f"{value.isoformat()} is out of range") from None


def _date(value: object) -> date:
    if isinstance(value, date):
        return value
    raise Unsupported(f"expected a date, found {text(value)!r}")


def _number(value: object) -> float:
    if isinstance(value, float):
        return value
    raise Unsupported(f"expected a number, found {text(value)!r}")


def _unit(value: object) -> str:
    name = text(value).lower()
    name = name if name.endswith("s") else name + "s"
    if name in _STEPS or name in _MONTHS:
        return name
    raise Unsupported(f"{text(value)!r} is not a unit of time")


_Day = TypeVar("_Day", bound=date)


def _plus_months(moment: _Day, months: int) -> _Day:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


def date_between(later: object, earlier: object, unit: object) -> float | None:
    """Return how many whole units lie between two dates, cut off toward zero."""
    name = _unit(unit)
    if later is None or earlier is None:
        return None
    end, start = instant(_date(later)), instant(_date(earlier))
    if end < start:
        return 0.0 - _whole(end, start, name)
    return _whole(start, end, name)


def _whole(start: datetime, end: datetime, name: str) -> float:
    if name in _STEPS:
        return float((end - start) // _STEPS[name])
    months = (end.year - start.year) * 12 + end.month - start.month
    if _plus_months(start, months) > end:
        months -= 1
    return float(months // _MONTHS[name])


def date_add(start: object, amount: object, unit: object) -> date | None:
    """Return `start` moved by `amount` units; a day stays a day."""
    name = _unit(unit)
    if start is None or amount is None:
        return start if isinstance(start, date) else None
    day, count = _date(start), _number(amount)
    try:
        if name in _MONTHS:
            return _plus_months(day, int(count) * _MONTHS[name])
        if isinstance(day, datetime) or name in {"days", "weeks"}:
            return day + _STEPS[name] * count
        return instant(day) + _STEPS[name] * count
    except (OverflowError, ValueError):
        return None


def _date_subtract(start: object, amount: object, unit: object) -> date | None:
    return date_add(start, None if amount is None else -_number(amount), unit)


_DATE_TOKEN = re.compile(
    r"\[([^\]]*)\]|YYYY|YY|Y|MMMM|MMM|MM|M|DD|D|dddd|ddd|HH|H|hh|h|mm|m|ss|s|A|a"
)


def format_date(value: object, pattern: object) -> str | None:
    """Return a date by a pattern such as "YYYY-MM-DD HH:mm"; text in [] stands for itself."""
    if value is None:
        return None
    day = _date(value)
    moment = day if isinstance(day, datetime) else instant(day)
    hour = moment.hour % 12 or 12
    half = "PM" if moment.hour >= 12 else "AM"
    month, weekday = calendar.month_name[moment.month], calendar.day_name[moment.weekday()]
    parts = {
        "YYYY": f"{moment.year:04}",
        "YY": f"{moment.year % 100:02}",
        "Y": f"{moment.year}",
        "MMMM": month,
        "MMM": month[:3],
        "MM": f"{moment.month:02}",
        "M": f"{moment.month}",
        "DD": f"{moment.day:02}",
        "D": f"{moment.day}",
        "dddd": weekday,
        "ddd": weekday[:3],
        "HH": f"{moment.hour:02}",
        "H": f"{moment.hour}",
        "hh": f"{hour:02}",
        "h": f"{hour}",
        "mm": f"{moment.minute:02}",
        "m": f"{moment.minute}",
        "ss": f"{moment.second:02}",
        "s": f"{moment.second}",
        "A": half,
        "a": half.lower(),
    }
    return _DATE_TOKEN.sub(
        lambda found: found[0][1:-1] if found[0].startswith("[") else parts[found[0]],
        text(pattern),
    )


def _round(value: object, places: object = 0.0) -> float | None:
    if value is None:
        return None
    digits = max(-15, min(15, int(_number(places))))
    scale = 10.0**digits
    return finite(math.floor(_number(value) * scale + 0.5) / scale)


def _rounded_by(step: Callable[[float], float]) -> Callable[[object], float | None]:
    return lambda value: None if value is None else finite(float(step(_number(value))))


def _extreme(choose: Callable[[list[float]], float]) -> Callable[..., float | None]:
    def apply(*values: object) -> float | None:
        flat = [item for one in values for item in (one if isinstance(one, list) else [one])]
        numbers = [_number(item) for item in flat if item is not None]
        return choose(numbers) if numbers else None

    return apply


def _length(value: object) -> float:
    if value is None:
        return 0.0
    return float(len(value if isinstance(value, list) else text(value)))


def _contains(whole: object, part: object) -> bool:
    if isinstance(whole, list):
        return part in whole
    return text(part) in text(whole)


def _includes(whole: object, item: object) -> bool:
    return item in (whole if isinstance(whole, list) else [whole])


def _concat(*values: object) -> object:
    if all(isinstance(value, list) for value in values):
        return [item for value in values if isinstance(value, list) for item in value]
    return "".join(text(value) for value in values)


FUNCTIONS: dict[str, Function] = {
    "empty": Function(is_empty, 1, 1, "boolean"),
    "length": Function(_length, 1, 1, "number"),
    "contains": Function(_contains, 2, 2, "boolean"),
    "includes": Function(_includes, 2, 2, "boolean"),
    "concat": Function(_concat, 1, None, "string"),
    "lower": Function(lambda value: text(value).lower(), 1, 1, "string"),
    "upper": Function(lambda value: text(value).upper(), 1, 1, "string"),
    "format": Function(text, 1, 1, "string"),
    "toNumber": Function(number, 1, 1, "number"),
    "abs": Function(_rounded_by(abs), 1, 1, "number"),
    "floor": Function(_rounded_by(math.floor), 1, 1, "number"),
    "ceil": Function(_rounded_by(math.ceil), 1, 1, "number"),
    "round": Function(_round, 1, 2, "number"),
    "min": Function(_extreme(min), 1, None, "number"),
    "max": Function(_extreme(max), 1, None, "number"),
    "dateBetween": Function(date_between, 3, 3, "number"),
    "dateAdd": Function(date_add, 3, 3, "date"),
    "dateSubtract": Function(_date_subtract, 3, 3, "date"),
    "formatDate": Function(format_date, 2, 2, "string"),
}
