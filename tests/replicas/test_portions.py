"""Batches that are too much for one statement: smaller ones do all of it, each record once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accord.core.ports import Result
from accord.core.values import Text
from accord.supabase.door import PostgresDoor
from accord.supabase.errors import TooMuch
from accord.supabase.portions import Portions
from tests.replicas.desk import Desk
from tests.replicas.places import InPostgres
from tests.store.store import new, page

#: So many records the database takes at once, in these tests.
ENOUGH = 12


class Database:
    """Takes at most so many items at once, each time another number."""

    def __init__(self, limits: Sequence[int]) -> None:
        self.limits = list(limits)
        self.calls: list[int] = []

    async def call(self, part: Sequence[int]) -> list[int]:
        self.calls.append(len(part))
        limit = self.limits.pop(0) if len(self.limits) > 1 else self.limits[0]
        if len(part) > limit:
            raise TooMuch("too much")
        return list(part)

    async def page(self, after: int, most: int) -> list[int]:
        self.calls.append(most)
        if most > self.limits[0]:
            raise TooMuch("too much")
        return list(range(after + 1, min(after + most, 100) + 1))


@given(st.integers(0, 60), st.lists(st.integers(1, 80), min_size=1))
def test_parts_are_all_of_it_in_order(count: int, limits: list[int]) -> None:
    database = Database(limits)
    portions = Portions()
    items = list(range(count))
    for _ in range(2):
        parts = asyncio.run(portions.each("f", items, database.call))
        assert [item for part in parts for item in part] == items


@given(st.integers(1, 150))
def test_pages_are_all_of_it(limit: int) -> None:
    database = Database([limit])
    found = asyncio.run(Portions().pages("f", 64, 0, database.page, lambda item: item))
    assert found == list(range(1, 101))


def test_what_got_through_is_the_measure_of_the_next_and_grows() -> None:
    database, portions = Database([10]), Portions()
    items = list(range(32))
    asyncio.run(portions.each("f", items, database.call))
    assert database.calls == [32, 16, 8, 9, 10, 5]
    database.calls.clear()
    asyncio.run(portions.each("another", items[:5], database.call))
    asyncio.run(portions.each("f", items[:5], database.call))
    assert database.calls == [5, 5]


def test_a_single_item_that_is_too_much_is_told() -> None:
    with pytest.raises(TooMuch):
        asyncio.run(Portions().each("f", [1, 2], Database([0]).call))
    with pytest.raises(TooMuch):
        asyncio.run(Portions().pages("f", 64, 0, Database([0]).page, lambda item: item))


@pytest.fixture
def hurried(shelves_url: str) -> Iterator[InPostgres]:
    """A place whose database ends a statement that touches too many records."""
    with psycopg.connect(shelves_url, autocommit=True) as connection:
        connection.execute(
            "create function sync.hurry() returns trigger language plpgsql as $$ begin"
            f" if (select count(*) from written) > {ENOUGH} then"
            "  raise exception 'canceling statement' using errcode = 'query_canceled';"
            " end if; return null; end $$;"
            " create trigger hurry after insert on sync.link referencing new table as written"
            " for each statement execute function sync.hurry()".encode()
        )
        place = InPostgres(shelves_url, lambda: PostgresDoor(shelves_url))
        yield place
        place.close()
        connection.execute("drop function sync.hurry() cascade")


def test_a_batch_that_takes_too_long_is_written_in_smaller_ones(hurried: InPostgres) -> None:
    desk = Desk(hurried, hurried.program)
    names = [f"thing {number}" for number in range(40)]
    outcomes = desk.commit("things", *(new(name, name=Text(name)) for name in names))
    assert [outcome.page_id for outcome in outcomes] == [page(name) for name in names]
    assert {outcome.result for outcome in outcomes} == {Result.DONE}
    assert len(hurried.state()["links"]) == len(names)
    assert len(desk.rows("things", *names)) == len(names)
