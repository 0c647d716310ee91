"""Filters and sorts read off pages as the API shows them, one page after another.

Rule: nothing of the emulator is used here; what a filter means is written down a second time,
as plainly as it can be.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

Json = dict[str, Any]
#: Gives the page that a relation names.
Look = Callable[[str], Json]

TODAY = date(2026, 11, 22)  # a Sunday
NAMED = {
    "today": date(2026, 11, 22),
    "tomorrow": date(2026, 11, 23),
    "yesterday": date(2026, 11, 21),
    "one_week_ago": date(2026, 11, 15),
    "one_week_from_now": date(2026, 11, 29),
    "one_month_ago": date(2026, 10, 22),
    "one_month_from_now": date(2026, 12, 22),
}
PERIODS = {
    "past_week": (date(2026, 11, 15), date(2026, 11, 22)),
    "past_month": (date(2026, 10, 22), date(2026, 11, 22)),
    "past_year": (date(2025, 11, 22), date(2026, 11, 22)),
    "this_week": (date(2026, 11, 16), date(2026, 11, 22)),
    "next_week": (date(2026, 11, 22), date(2026, 11, 29)),
    "next_month": (date(2026, 11, 22), date(2026, 12, 22)),
    "next_year": (date(2026, 11, 22), date(2027, 11, 22)),
}
GROUPS = {"Not started": "To-do", "In progress": "In progress", "Done": "Complete"}
WORDED = {"title", "rich_text", "url", "email", "phone_number", "string"}


def holds(page: Json, test: Json, look: Look) -> bool:
    """Tell whether a filter describes a page."""
    if "and" in test:
        return all(holds(page, one, look) for one in test["and"])
    if "or" in test:
        return any(holds(page, one, look) for one in test["or"])
    if "timestamp" in test:
        stamp = test["timestamp"]
        return fits("date", page[stamp], test[stamp])
    prop = page["properties"][test["property"]]
    (kind,) = [key for key in test if key != "property"]
    if kind == "rollup":
        return rolled(page, prop, test[kind], look)
    if kind == "formula":
        ((inner, condition),) = test[kind].items()
        return fits(inner, plain(prop), condition)
    return fits(kind, plain(prop), test[kind])


def rolled(page: Json, prop: Json, test: Json, look: Look) -> bool:
    """Tell whether a condition holds for a rollup over the relation R."""
    ((how, inner),) = test.items()
    if how in {"number", "date"}:
        return fits(how, plain(prop), inner)
    ((kind, condition),) = inner.items()
    targets = [look(one["id"])["properties"] for one in page["properties"]["R"]["relation"]]
    (column,) = {"rich_text": ["Name"], "number": ["Rank"]}[kind]
    results = [fits(kind, plain(one[column]), condition) for one in targets]
    return {
        "any": any(results),
        "every": bool(results) and all(results),
        "none": not any(results),
    }[how]


def plain(prop: Json) -> Any:
    """Return what a property holds; None or an empty list when nothing."""
    kind = prop["type"]
    value = prop[kind]
    match kind:
        case "title" | "rich_text":
            return "".join(one["plain_text"] for one in value) or None
        case "select" | "status":
            return value and value["name"]
        case "multi_select":
            return [one["name"] for one in value]
        case "date":
            return value and value["start"]
        case "people" | "relation":
            return [one["id"] for one in value]
        case "created_by" | "last_edited_by":
            return [value["id"]]
        case "unique_id":
            return value["number"]
        case "formula" | "rollup":
            return plain(value)
        case "string":
            return value or None
        case _:
            return value


def fits(kind: str, value: Any, condition: Json) -> bool:
    """Tell whether a condition holds for a value."""
    ((operator, wanted),) = condition.items()
    if operator == "is_empty":
        return value is None or value == []
    if operator == "is_not_empty":
        return not (value is None or value == [])
    if kind in WORDED:
        return worded(operator, (value or "").lower(), wanted.lower())
    if kind in {"date", "created_time", "last_edited_time"}:
        return value is not None and dated(operator, value, wanted)
    if kind in {"select", "status", "multi_select"}:
        many = wanted if isinstance(wanted, list) else [wanted]
        mine = value if isinstance(value, list) else [value]
        if kind == "status":
            mine = [*mine, *(GROUPS[one] for one in mine)]
        return any(one in many for one in mine) is (operator in {"equals", "contains"})
    if operator in {"contains", "does_not_contain"}:
        return (wanted in value) is (operator == "contains")
    if operator in {"equals", "does_not_equal"}:
        return (value == wanted) is (operator == "equals")
    return (
        value is not None
        and {
            "greater_than": value > wanted,
            "less_than": value < wanted,
            "greater_than_or_equal_to": value >= wanted,
            "less_than_or_equal_to": value <= wanted,
        }[operator]
    )


def worded(operator: str, value: str, wanted: str) -> bool:
    return {
        "equals": value == wanted,
        "does_not_equal": value != wanted,
        "contains": wanted in value,
        "does_not_contain": wanted not in value,
        "starts_with": value.startswith(wanted),
        "ends_with": value.endswith(wanted),
    }[operator]


def minute(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def dated(operator: str, value: str, wanted: Any) -> bool:
    mine = minute(value)
    if operator in PERIODS:
        first, last = PERIODS[operator]
        return first <= mine.date() < last + timedelta(days=1)
    if wanted in NAMED:
        wanted = NAMED[wanted].isoformat()
    if len(wanted) == len("2026-11-22"):
        mine = mine.replace(hour=0, minute=0)
    theirs = minute(wanted)
    return {
        "equals": mine == theirs,
        "before": mine < theirs,
        "after": mine > theirs,
        "on_or_before": mine <= theirs,
        "on_or_after": mine >= theirs,
    }[operator]


def in_order(first: Json, second: Json, sorts: list[Json], options: dict[str, list[str]]) -> bool:
    """Tell whether two pages may follow each other; empty is last ascending, first descending."""
    for sort in sorts:
        one, other = (place(page, sort, options) for page in (first, second))
        if one == other:
            continue
        ascending = sort["direction"] == "ascending"
        if one is None or other is None:
            return (other is None) is ascending
        return bool(one < other) is ascending
    return True


def place(page: Json, sort: Json, options: dict[str, list[str]]) -> Any:
    """Return what a page is sorted by, None for nothing."""
    if "timestamp" in sort:
        return minute(page[sort["timestamp"]])
    name = sort["property"]
    prop = page["properties"][name]
    value = plain(prop)
    if value is None or value == []:
        return None
    if name in options:
        ranks = options[name]
        return (
            [ranks.index(one) for one in value] if isinstance(value, list) else ranks.index(value)
        )
    if prop["type"] in {"date", "created_time", "last_edited_time"}:
        return minute(value)
    return value.lower() if isinstance(value, str) else value
