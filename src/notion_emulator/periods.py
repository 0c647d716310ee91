"""Dates that filters name by words: today, a week ago, this week, the past month.

The rule: everything is reckoned in whole days of UTC from one present day, both ends included.
"""

from __future__ import annotations

from datetime import date, timedelta

from notion_emulator.errors import bad_body
from notion_emulator.stamps import DAY, MINUTE, instant_ms

_ONE_DAY = timedelta(days=1)
_ONE_WEEK = timedelta(days=7)


def months_on(day: date, months: int) -> date:
    """Return the same day some months on, or the last of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, 28)


def moment(wanted: object, today: date, path: str, step: int = MINUTE) -> tuple[bool, int]:
    """Return whether a filter value is a whole day, and its instant floored to the step, in ms.

    Raises:
        ApiError: 400 when it is neither a date nor one of the words.
    """
    named = {
        "today": today,
        "tomorrow": today + _ONE_DAY,
        "yesterday": today - _ONE_DAY,
        "one_week_ago": today - _ONE_WEEK,
        "one_week_from_now": today + _ONE_WEEK,
        "one_month_ago": months_on(today, -1),
        "one_month_from_now": months_on(today, 1),
    }
    if not isinstance(wanted, str):
        raise bad_body(path, "a valid ISO 8601 date string", wanted)
    if wanted in named:
        return True, instant_ms(named[wanted].isoformat())
    try:
        instant = instant_ms(wanted)
    except ValueError:
        raise bad_body(path, "a valid ISO 8601 date string", wanted) from None
    if DAY.match(wanted):
        return True, instant
    return False, instant - instant % step


def period(operator: str, today: date, week_starts_on: str, path: str) -> tuple[int, int]:
    """Return the first instant of a period and the first after it, in milliseconds.

    Raises:
        ApiError: 400 when there is no such period.
    """
    lead = today.weekday() if week_starts_on == "monday" else today.isoweekday() % 7
    week = today - timedelta(days=lead)
    periods = {
        "past_week": (today - _ONE_WEEK, today),
        "past_month": (months_on(today, -1), today),
        "past_year": (months_on(today, -12), today),
        "this_week": (week, week + _ONE_WEEK - _ONE_DAY),
        "next_week": (today, today + _ONE_WEEK),
        "next_month": (today, months_on(today, 1)),
        "next_year": (today, months_on(today, 12)),
    }
    if operator not in periods:
        raise bad_body(path, "a date condition", {operator: {}})
    first, last = periods[operator]
    return instant_ms(first.isoformat()), instant_ms((last + _ONE_DAY).isoformat())
