"""Instants, minutes and the dates that Notion keeps.

The rule: an instant is an int, milliseconds since 1970 in UTC; pages and data sources show it
floored to the minute; a date value loses its seconds and its zone's name, never its offset.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from notion_emulator.errors import ApiError, bad_body, invalid

MINUTE = 60_000
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

DateValue = tuple[str, str | None]


def to_ms(instant: datetime) -> int:
    """Return an aware datetime as milliseconds since 1970."""
    return (instant - _EPOCH) // _MILLISECOND


def from_ms(instant: int) -> datetime:
    """Return milliseconds since 1970 as an aware datetime in UTC."""
    return _EPOCH + timedelta(milliseconds=instant)


@lru_cache(maxsize=65_536)
def _minute(minute: int) -> str:
    return (_EPOCH + timedelta(minutes=minute)).strftime("%Y-%m-%dT%H:%M:00.000Z")


def minute_stamp(instant: int) -> str:
    """Return the stamp of a page or data source: floored to the minute, ``...:00.000Z``."""
    return _minute(instant // MINUTE)


def exact_stamp(instant: int) -> str:
    """Return the stamp of a database: milliseconds and ``+00:00``."""
    return from_ms(instant).isoformat(timespec="milliseconds")


def parse_instant(text: str) -> datetime:
    """Return an ISO 8601 text as an aware datetime; without an offset it is UTC.

    Raises:
        ValueError: The text is no date.
    """
    instant = datetime.fromisoformat(text)
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


@lru_cache(maxsize=65_536)
def instant_ms(text: str) -> int:
    """Return a kept date or datetime as milliseconds; a date is midnight in UTC."""
    return to_ms(parse_instant(text))


def _one(text: object, zone: ZoneInfo | None, path: str) -> str:
    if not isinstance(text, str):
        raise bad_body(path, "a string", text)
    try:
        if DAY.match(text):
            date.fromisoformat(text)
            return text
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise bad_body(path, "a valid ISO 8601 date string", text) from None
    if zone is not None:
        if instant.tzinfo is not None and instant.utcoffset() != zone.utcoffset(
            instant.replace(tzinfo=None)
        ):
            raise invalid(
                f"body failed validation: {path} should not have a UTC offset when a time_zone "
                f'is given, instead was `"{text}"`.'
            )
        instant = instant.replace(tzinfo=zone)
    elif instant.tzinfo is None:
        instant = instant.replace(tzinfo=UTC)
    offset = instant.strftime("%z")
    minute = instant.replace(tzinfo=None).isoformat(timespec="minutes")
    return f"{minute}:00.000{offset[:3]}:{offset[3:5]}"


def normal_date(value: object, path: str) -> DateValue | None:
    """Return a written date value as it is kept: start and end, minutes, numeric offset.

    Args:
        value: ``{"start", "end"?, "time_zone"?}`` or None.
        path: Where the value stands in the body, for the message.

    Raises:
        ApiError: The value has another shape.
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_body(path, "an object or `null`", value)
    if "start" not in value:
        raise ApiError(
            400,
            "validation_error",
            f"body failed validation: {path}.start should be defined, instead was `undefined`.",
        )
    zone_name = value.get("time_zone")
    zone = None
    if zone_name is not None:
        try:
            zone = ZoneInfo(zone_name)
        except (KeyError, ValueError, TypeError, OSError):
            raise bad_body(f"{path}.time_zone", "a valid IANA time zone", zone_name) from None
    start = _one(value["start"], zone, f"{path}.start")
    end = value.get("end")
    return start, None if end is None else _one(end, zone, f"{path}.end")


def render_date(value: DateValue | None) -> dict[str, Any] | None:
    """Return a kept date as the API shows it."""
    return None if value is None else {"start": value[0], "end": value[1], "time_zone": None}
