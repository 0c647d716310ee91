"""One writes at a time; who was replaced without noticing writes nothing more."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from accord.core.ports import Problem, Result, RowEdit, SourceState, User
from accord.core.schema import Schema
from accord.core.values import Text
from accord.supabase.door import PostgresDoor
from accord.supabase.errors import LeaseLostError
from accord.supabase.ledger import PostgresLedger
from accord.supabase.replica import Supabase
from tests.store.store import Store, edit, new, page, row

AT = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def test_only_one_holds_the_lease(store: Store) -> None:
    async def two(door: PostgresDoor) -> None:
        async with PostgresDoor(store.url) as other:
            ours, theirs = PostgresLedger(door), PostgresLedger(other)
            first = await ours.take_lease("us", 60)
            assert (first.owner, first.mine) == ("us", True)
            refused = await theirs.take_lease("them", 60)
            assert refused == replace(first, mine=False)
            again = await ours.take_lease("us", 120)
            assert (again.mine, again.fence) == (True, first.fence)
            assert again.until > first.until
            await theirs.give_back_lease()  # which they have not
            assert not (await theirs.take_lease("them", 60)).mine
            await ours.give_back_lease()
            taken = await theirs.take_lease("them", 60)
            assert (taken.mine, taken.fence) == (True, first.fence + 1)
            assert not (await ours.take_lease("us", 60, instead_of="others")).mine
            forced = await ours.take_lease("us", 60, instead_of="them")
            assert (forced.mine, forced.fence) == (True, first.fence + 2)
            await theirs.give_back_lease()  # which is theirs no more
            assert not (await theirs.take_lease("them", 60)).mine

    store.run(two)


def test_a_lease_that_is_over_can_be_taken(store: Store) -> None:
    async def late(door: PostgresDoor) -> None:
        async with PostgresDoor(store.url) as other:
            first = await PostgresLedger(door).take_lease("us", 0)
            second = await PostgresLedger(other).take_lease("them", 60)
            assert (second.mine, second.fence) == (True, first.fence + 1)

    store.run(late)


def test_one_whose_lease_is_over_goes_on_while_nobody_took_it(store: Store) -> None:
    async def slow(door: PostgresDoor) -> None:
        await PostgresLedger(door).take_lease("us", 0)
        (outcome,) = await Supabase(door).commit(store.collection("tasks"), [new("t")])
        assert outcome.result is Result.DONE

    store.run(slow)


def test_a_lease_needs_an_owner(store: Store) -> None:
    with pytest.raises(ValueError, match="owner"):
        store.ledger(lambda ledger: ledger.take_lease("", 60))


def test_a_frozen_owner_that_wakes_can_write_nothing_at_all(store: Store, schema: Schema) -> None:
    store.done("tasks", new("t", task_name=Text("T")))
    known = store.sight("tasks", "t")["t"]
    problem = Problem("tasks", "odd", "even it", page("t"))
    tasks = store.collection("tasks")

    async def frozen(door: PostgresDoor) -> None:
        ledger, supabase = PostgresLedger(door), Supabase(door)
        await ledger.take_lease("us", 0)
        async with PostgresDoor(store.url) as other:
            assert (await PostgresLedger(other).take_lease("them", 60)).mine
        before = store.footprint()
        writes: dict[str, Callable[[], Awaitable[Any]]] = {
            "commit": lambda: supabase.commit(tasks, [edit("t", known, task_name=Text("Late"))]),
            "edit": lambda: supabase.edit(tasks, [RowEdit(row("t"), 0, {"priority": "Low"})]),
            "remember_source": lambda: ledger.remember_source(
                SourceState("tasks", page("d"), page("s"))
            ),
            "remember_users": lambda: ledger.remember_users([User(page("ada"), "Ada")]),
            "settle": lambda: ledger.settle(schema),
            "remember_problems": lambda: ledger.remember_problems([problem], []),
            "begin_round": lambda: ledger.begin_round(AT, "both"),
            "stamped": lambda: ledger.stamped([page("t")]),
            "resolve": lambda: ledger.resolve([1]),
            "forget": lambda: ledger.forget(AT),
            "ignore": lambda: ledger.ignore([page("t")], ignored=True),
        }
        for name, write in writes.items():
            with pytest.raises(LeaseLostError, match="Another run has taken over"):
                await write()
            assert store.footprint() == before, name
        assert (await supabase.sight(tasks, [page("t")]))[page("t")] == known
        await ledger.give_back_lease()
        assert store.footprint() == before

    store.run(frozen)


def test_who_takes_over_waits_for_a_write_that_is_under_way(store: Store) -> None:
    async def overlapping(door: PostgresDoor) -> None:
        lease = await PostgresLedger(door).take_lease("us", 0)
        async with await psycopg.AsyncConnection.connect(store.url) as slow:
            await slow.execute(
                "select sync.fenced_v1('\"default\"', %s::text::jsonb, '\"version_v1\"', '[]')",
                [lease.fence],
            )
            async with PostgresDoor(store.url) as other:
                taking = asyncio.create_task(PostgresLedger(other).take_lease("them", 60))
                while not await waits(store.url):
                    assert not taking.done()
                await slow.commit()
                assert (await taking).mine

    store.run(overlapping)


async def waits(url: str) -> bool:
    async with await psycopg.AsyncConnection.connect(url) as connection:
        cursor = await connection.execute(
            "select count(*) from pg_locks l join pg_stat_activity a using (pid)"
            " where not l.granted and a.datname = current_database()"
        )
        found = await cursor.fetchone()
    return found is not None and found[0] > 0
