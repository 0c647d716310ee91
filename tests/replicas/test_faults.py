"""Lines that break, gateways that refuse, servers that restart: no loss and no double effect.

Rule: what is left in the tables is compared, all of it, with the same work done undisturbed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest

from accord.core.history import Applied, Why
from accord.core.intent import Attempt, Intent
from accord.core.plan import Verb
from accord.core.ports import Problem, Result, RowEdit, RowWrite, User
from accord.core.record import Side
from accord.core.values import Text, Value
from accord.supabase import errors
from accord.supabase.door import Door, PostgresDoor
from accord.supabase.rest_door import RestDoor
from accord.supabase_address import RestApi
from tests.doors.lite import Lite
from tests.doors.proxy import Fault, Proxy, status
from tests.replicas.desk import Desk, collection, onward
from tests.replicas.places import InMemory, InPostgres
from tests.store.store import new, page, pages, row

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
INTENT = Intent(Verb.UPDATE, (Attempt("abc234", AT, {"name": Text("Bob")}),))

#: As many calls as `work` makes when nothing goes wrong, for each of which something does.
CALLS = 11

#: Every fault at every call; else each sort of fault, and at every call where it matters most.
EVERYTHING = os.environ.get("ACCORD_DOORS") == "all"

CUTS = {"cut before": Fault(applied=False), "cut after": Fault(applied=True)}
REFUSALS = {
    f"{code} {when}": Fault(applied=when == "after", answer=status(code))
    for code in (500, 502, 503, 504)
    for when in ("before", "after")
}


async def at_once(_: float) -> None:
    """Wait for nothing."""


def by_psycopg(url: str, **options: Any) -> Callable[[Proxy], Door]:
    """Opens the door by database URL, with a proxy on the way."""

    def open_door(proxy: Proxy) -> Door:
        login = urlsplit(url).netloc.rpartition("@")[0]
        through = urlsplit(url)._replace(netloc=f"{login}@127.0.0.1:{proxy.port}")
        options.setdefault("connections", 1)
        return PostgresDoor(urlunsplit(through), sleep=at_once, **options)

    return open_door


def by_key(api: RestApi, **options: Any) -> Callable[[Proxy], Door]:
    """Opens the door by API key, with a proxy on the way."""

    def open_door(proxy: Proxy) -> Door:
        through = replace(api, url=f"http://127.0.0.1:{proxy.port}")
        return RestDoor(through, sleep=at_once, **options)

    return open_door


@pytest.fixture
def disturbed(
    request: pytest.FixtureRequest, shelves_url: str
) -> Iterator[tuple[InPostgres, Proxy]]:
    """A place whose programs come through a proxy, by the door that the parameter names."""
    door, options = request.param
    if door == "rest":
        api: Lite = request.getfixturevalue("shelves_api")
        port, mark, opened = urlsplit(api.api.url).port, b'"p_function"', by_key(api.api, **options)
    else:
        port, mark = urlsplit(shelves_url).port, b"(sync."
        opened = by_psycopg(shelves_url, **options)
    assert port is not None
    with Proxy(port, mark) as proxy:
        place = InPostgres(shelves_url, partial(opened, proxy))
        yield place, proxy
        place.close()


def write(desk: Desk, name: str, write: RowWrite) -> None:
    """Commit as a round does: what is stale is planned anew, and done already if it is in place."""
    for _ in range(3):
        (outcome,) = desk.commit("things", write)
        if outcome.result is Result.DONE:
            return
        known = desk.known("things", name)
        assert known.row is not None
        held = known.row.record.values
        if all(held[field] == value for field, value in write.changes.items()):
            return
        write = replace(write, expected_version=known.row.version, ledger=known.ledger)
    raise AssertionError("it never got through")


def work(desk: Desk) -> None:
    """A record is made, changed, linked, told of and edited by a person."""
    values: dict[str, Value] = {"name": Text("Ann"), "parts": pages("b"), "tags": ("x", "y")}
    made = Applied("name", None, Text("Ann"), Side.NOTION, Why.CREATE)
    changed = Applied("name", Text("Ann"), Text("Bob"), Side.SUPABASE, Why.EDIT, "bob")
    write(desk, "a", replace(new("a", **values), history=(made,), stamp=True))
    write(desk, "b", new("b", name=Text("B")))
    known = desk.known("things", "a")
    later = onward(known, values={"name": Text("Bob")}, history=(changed,), intent=INTENT)
    write(desk, "a", replace(later, in_step=False))
    desk.settle()
    desk.ask(lambda ledger: ledger.remember_users([User(page("ann"), "Ann", kind="person")]))
    problem = Problem("things", "odd", "even it", page("b"), "B")
    desk.ask(lambda ledger: ledger.remember_problems([problem], []))
    desk.ask(lambda ledger: ledger.stamped([page("a")]))
    known = desk.known("things", "a")
    assert known.row is not None
    desk.edit("things", RowEdit(row("a"), known.row.version, {"stage": "Hot"}, by="ann"))
    desk.ask(lambda ledger: ledger.ignore([page("b")], ignored=True))


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, Any]:
    """What is left of the work where nothing goes wrong."""
    place = InMemory()
    work(Desk(place, place.program))
    return place.state()


TROUBLES = [
    *(("psycopg", name, fault) for name, fault in CUTS.items()),
    *(("rest", name, fault) for name, fault in (CUTS | REFUSALS).items()),
]


@pytest.mark.parametrize(
    ("disturbed", "fault", "calls"),
    [
        pytest.param(
            (door, {}),
            fault,
            range(CALLS) if name == "cut after" or EVERYTHING else (0, 2, 6),
            id=f"{door}, {name}",
        )
        for door, name, fault in TROUBLES
        if EVERYTHING or name[:3] in {"cut", "503"}
    ],
    indirect=["disturbed"],
)
def test_whatever_call_breaks_nothing_is_lost_or_done_twice(
    disturbed: tuple[InPostgres, Proxy],
    fault: Fault,
    calls: Sequence[int],
    undisturbed: dict[str, Any],
) -> None:
    place, proxy = disturbed
    desk = Desk(place, place.program)
    for number in calls:
        proxy.plan(**{f"call_{number}": fault})
        work(desk)
        assert proxy.calls > CALLS, "one call was sent again"
        assert place.state() == undisturbed, f"call {number}"
        place.empty()


@pytest.mark.parametrize(
    "disturbed", [("psycopg", {"timeout": 1.0}), ("rest", {"timeout": 1.0})], indirect=True
)
def test_an_answer_that_never_comes_is_given_up_and_nothing_is_lost(
    disturbed: tuple[InPostgres, Proxy], undisturbed: dict[str, Any]
) -> None:
    place, proxy = disturbed
    desk = Desk(place, place.program)
    proxy.plan(call_0=Fault(applied=True, answer=None))
    try:
        work(desk)
    except errors.Unreachable:
        proxy.plan()
        work(desk)
    assert place.state() == undisturbed


@pytest.mark.parametrize(
    ("disturbed", "fault"),
    [
        pytest.param((door, {}), fault, id=f"{door}, {name}")
        for door, name, fault in TROUBLES
        if name in {"cut after", "503 after"}
    ],
    indirect=["disturbed"],
)
def test_a_round_that_may_have_begun_is_not_begun_again(
    disturbed: tuple[InPostgres, Proxy], fault: Fault
) -> None:
    place, proxy = disturbed
    desk = Desk(place, place.program)
    desk.ask(lambda ledger: ledger.rounds(1))  # so that there is a connection
    proxy.plan(call_0=fault)
    with pytest.raises(errors.Unreachable):
        desk.ask(lambda ledger: ledger.begin_round(AT, "both"))
    assert proxy.calls == 1
    with psycopg.connect(place.url) as connection:
        assert connection.execute("select count(*) from sync.round").fetchone() == (1,)
    assert desk.ask(lambda ledger: ledger.begin_round(AT, "both")) > 0


# The double of the Data API does not outlive the loss of its own connections, as PostgREST does.
@pytest.mark.parametrize("disturbed", [("psycopg", {})], indirect=True)
def test_a_server_that_ends_connections_in_mid_batch_has_kept_nothing_of_it(
    disturbed: tuple[InPostgres, Proxy],
) -> None:
    place, _ = disturbed
    names = [f"thing {number}" for number in range(50)]
    writes = [new(name, name=Text(name)) for name in names]

    async def in_mid_batch() -> tuple[Any, ...]:
        async with await psycopg.AsyncConnection.connect(place.url, autocommit=True) as other:
            async with other.transaction():
                # The commit waits for its turn, then its connection goes.
                await other.execute(
                    "select pg_advisory_xact_lock(hashtextextended('sync.commit.things', 0))"
                )
                commit = place.program.supabase.commit(collection("things"), writes)
                task = asyncio.create_task(commit)
                ended = (0,)
                while ended == (0,):
                    cursor = await other.execute(
                        "select count(pg_terminate_backend(pid)) from pg_locks"
                        " where locktype = 'advisory' and not granted"
                    )
                    ended = await cursor.fetchone() or ended
                assert not task.done()
            return await task

    outcomes = place.run(in_mid_batch())
    assert {outcome.result for outcome in outcomes} == {Result.DONE}
    with psycopg.connect(place.url) as connection:
        assert connection.execute("select count(*) from things").fetchone() == (50,)


@pytest.mark.parametrize("disturbed", [("rest", {})], indirect=True)
def test_a_revoked_grant_is_told_with_the_statement_that_gives_it(
    disturbed: tuple[InPostgres, Proxy],
) -> None:
    place, _ = disturbed
    function = "function sync.users_v1()"
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute(f"revoke execute on {function} from service_role".encode())
        try:
            with pytest.raises(errors.AccessDenied, match="GRANT EXECUTE ON FUNCTION users_v1"):
                place.run(place.program.ledger.known_users())
        finally:
            connection.execute(f"grant execute on {function} to service_role".encode())
    assert place.run(place.program.ledger.known_users()) == frozenset()


@pytest.mark.parametrize("disturbed", [("psycopg", {})], indirect=True)
def test_a_database_that_takes_no_writes_says_so_and_takes_them_later(
    disturbed: tuple[InPostgres, Proxy],
) -> None:
    place, _ = disturbed
    desk = Desk(place, place.program)
    with read_only(place.url), pytest.raises(errors.ReadOnly, match="free room"):
        desk.done("things", new("a"))
    desk.done("things", new("a"))
    assert len(place.state()["links"]) == 1


@contextmanager
def read_only(url: str) -> Iterator[None]:
    """As a project is that has more data than its plan allows: so for every new session."""
    with psycopg.connect(url, autocommit=True) as connection:
        for value in ("on", "off"):
            connection.execute(
                f"alter database shelves set default_transaction_read_only = {value}".encode()
            )
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = 'shelves' and application_name = 'accord'"
            )
            if value == "on":
                connection.execute("set default_transaction_read_only = off")
                yield
        connection.execute("alter database shelves reset default_transaction_read_only")


ENDED = [
    (door, state, kind)
    for door in ("psycopg", "rest")
    for state, kind in (
        ("25006", errors.ReadOnly),
        ("53100", errors.DiskFull),
        ("57014", errors.TooMuch),
    )
    if (door, state) != ("rest", "57014")  # which the double of the Data API keeps to itself
]


@pytest.mark.parametrize(
    ("disturbed", "state", "kind"),
    [((door, {}), state, kind) for door, state, kind in ENDED],
    indirect=["disturbed"],
)
def test_a_write_that_the_database_ends_has_done_nothing_and_says_why(
    disturbed: tuple[InPostgres, Proxy], state: str, kind: type[Exception]
) -> None:
    place, _ = disturbed
    desk = Desk(place, place.program)
    before = place.footprint()
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute(
            "create function sync.ended() returns trigger language plpgsql as $$ begin"
            f" raise exception 'so it is' using errcode = '{state}'; end $$;"
            " create trigger ended before insert on sync.link"
            " for each statement execute function sync.ended()".encode()
        )
        try:
            with pytest.raises(kind):
                desk.done("things", new("a"))
            assert place.footprint() == before
        finally:
            connection.execute("drop function sync.ended() cascade")
    desk.done("things", new("a"))


@pytest.mark.parametrize("disturbed", [("psycopg", {}), ("rest", {})], indirect=True)
def test_an_answer_is_whole_however_many_rows_it_tells_of(
    disturbed: tuple[InPostgres, Proxy],
) -> None:
    place, proxy = disturbed
    desk = Desk(place, place.program)
    with psycopg.connect(place.url, autocommit=True) as connection:
        connection.execute(
            "insert into sync.link (page_id, table_name, row_id)"
            " select gen_random_uuid(), 'things', gen_random_uuid() from generate_series(1, 2500)"
        )
    proxy.plan()
    assert len(desk.ask(lambda ledger: ledger.linked("things"))) == 2500
    assert proxy.calls == 1
