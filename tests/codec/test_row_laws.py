"""What is written to a row is read back as the same value, in its normal form."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from accord.core.values import Value, normal
from accord.supabase.codec import RowChange, decode_row, encode_row
from tests.codec.made import PATIENT
from tests.codec.rows import FIELDS, RECORDS, THINGS, kind_of

COLUMNS = ", ".join(f"{f.column} {f.sql}" for f in FIELDS if f.column)
PUT = """
    with change as (select %s::jsonb as columns, %s::jsonb as extra)
    insert into things select t.*, c.extra
      from change c, jsonb_populate_record(null::plain, c.columns) t
    returning to_jsonb(things)
"""


def as_postgres_answers(change: RowChange, zone: str) -> dict[str, Any]:
    """The row as ``to_jsonb`` gives it: digits for numbers, times in the session's zone."""
    row: dict[str, Any] = {}
    for declared in FIELDS:
        if declared.column is None:
            continue
        stored = change.columns.get(declared.column)
        if stored is not None and declared.sql == "timestamptz":
            moment = datetime.fromisoformat(stored)
            assert moment.utcoffset() == timedelta(0)
            try:
                stored = moment.astimezone(ZoneInfo(zone)).isoformat()
            except OverflowError:  # a year that Postgres has and Python has not
                stored = moment.isoformat()
        if stored is not None and declared.sql == "numeric":
            stored = Decimal(repr(stored))
            stored = int(stored) if stored == stored.to_integral_value() else stored
        row[declared.column] = stored
    return row


def extra_of(change: RowChange) -> dict[str, Any]:
    return {title: entry for title, entry in change.extra.items() if entry is not None}


def links_of(change: RowChange) -> dict[str, tuple[str, ...]]:
    ones = {name: (page,) for name, page in change.targets.items() if page is not None}
    return {**{name: pages for name, pages in change.links.items() if pages}, **ones}


def normal_record(values: Mapping[str, Value]) -> dict[str, Value]:
    return {name: normal(kind_of(name), value) for name, value in values.items()}


@PATIENT
@given(RECORDS, st.sampled_from(["UTC", "Asia/Kathmandu", "America/New_York"]))
def test_a_written_record_is_read_back_in_its_normal_form(
    values: Mapping[str, Value], zone: str
) -> None:
    record = normal_record(values)
    change = encode_row(THINGS, record)
    row = as_postgres_answers(change, zone)
    decoded = decode_row(THINGS, row, json.loads(json.dumps(extra_of(change))), links_of(change))
    assert decoded.notes == ()
    assert dict(decoded.record.values) == record


@pytest.fixture
def things(postgres_url: str) -> Any:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f"create table plain ({COLUMNS})")
        connection.execute(f"create table things ({COLUMNS}, notion_extra jsonb)")
        yield connection


@settings(PATIENT, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=RECORDS, zone=st.sampled_from(["UTC", "Asia/Kathmandu", "America/New_York"]))
def test_postgres_gives_back_what_was_written(
    things: psycopg.Connection[tuple[Any, ...]], values: Mapping[str, Value], zone: str
) -> None:
    record = normal_record(values)
    change = encode_row(THINGS, record)
    things.execute("select set_config('timezone', %s, false)", [zone])
    cursor = things.execute(PUT, [Jsonb(change.columns), Jsonb(extra_of(change))])
    (row,) = cursor.fetchone() or ({},)
    decoded = decode_row(THINGS, row, row["notion_extra"], links_of(change))
    assert decoded.notes == ()
    assert dict(decoded.record.values) == record
