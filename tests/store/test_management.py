"""The runner of migrations by the Management API: the same promises, whatever the API answers."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from accord.core.errors import SupabaseError
from accord.supabase import migrate
from accord.supabase.errors import AccessDenied, ReadOnly, Unreachable
from accord.supabase.management import ManagementTarget
from accord.supabase.targets import TURN
from tests.store.management import PROJECT, TOKEN, Management

ROOT = Path(__file__).parents[2]
ONE = "-- first\ncreate table public.one (id int);\ninsert into public.one values (1);\n"
TWO = "create table public.two (said text default 'a\\b''c $accord$');\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "20260101000000_one.sql").write_text(ONE)
    (tmp_path / "20260102000000_two.sql").write_text(TWO)
    return tmp_path


@pytest.fixture
def database(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def api(postgres_url: str) -> Management:
    return Management(postgres_url)


class Pauses:
    """What was waited for; nothing is."""

    def __init__(self, during: Callable[[], None] = lambda: None) -> None:
        self.seconds: list[float] = []
        self.during = during

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        self.during()


def target(api: Management, sleep: Pauses | None = None, token: str = TOKEN) -> ManagementTarget:
    return ManagementTarget(PROJECT, token, transport=api.transport, sleep=sleep or Pauses())


def apply(
    api: Management, folder: Path, sleep: Pauses | None = None, *, wait: float = 60
) -> list[str]:
    done = asyncio.run(migrate.apply(target(api, sleep), folder, wait=wait))
    return [applied.migration.name for applied in done]


def history(database: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return database.execute(
        "select version, name, statements from supabase_migrations.schema_migrations order by 1"
    ).fetchall()


def fails(status: int, *, times: int = 99) -> Callable[[str], httpx2.Response | None]:
    """Fail the first queries that apply a file."""
    left = [times]

    def answer(query: str) -> httpx2.Response | None:
        if not query.startswith("do ") or left[0] == 0:
            return None
        left[0] -= 1
        return httpx2.Response(status, json={"message": "upstream"})

    return answer


def test_it_applies_and_records_what_a_connection_would(
    api: Management, folder: Path, database: psycopg.Connection[Any], postgres_url: str
) -> None:
    assert apply(api, folder) == ["one", "two"]
    by_api = history(database)
    database.execute("drop schema supabase_migrations cascade; drop table public.one, public.two")
    asyncio.run(migrate.apply(postgres_url, folder))
    assert history(database) == by_api


def test_the_migrations_of_the_project_are_applied_and_nothing_is_pending_then(
    api: Management,
) -> None:
    folder = ROOT / "supabase" / "migrations"
    assert len(apply(api, folder)) >= 2
    assert apply(api, folder) == []
    status = asyncio.run(migrate.pending(api.url, folder))
    assert (status.pending, status.changed) == ((), ())


def test_a_refused_statement_is_named_and_nothing_of_its_file_is_kept(
    api: Management, folder: Path, database: psycopg.Connection[Any]
) -> None:
    (folder / "20260103000000_bad.sql").write_text("create table public.three (); select 1/0;")
    with pytest.raises(SupabaseError) as caught:
        apply(api, folder)
    assert "20260103000000_bad.sql, statement 2 of 2 (select 1/0)" in caught.value.message
    assert caught.value.message.endswith("division by zero")
    assert len(history(database)) == 2
    assert database.execute("select to_regclass('public.three')").fetchone() == (None,)


def test_an_answer_that_is_lost_after_the_commit_applies_nothing_twice(
    api: Management, folder: Path, database: psycopg.Connection[Any]
) -> None:
    api.after = fails(502, times=1)
    pauses = Pauses()
    assert apply(api, folder, pauses) == ["one", "two"]
    assert database.execute("select * from public.one").fetchall() == [(1,)]
    assert pauses.seconds == [1.0]


def test_a_request_that_never_arrived_is_sent_again(
    api: Management, folder: Path, database: psycopg.Connection[Any]
) -> None:
    api.before = fails(503, times=3)
    assert apply(api, folder) == ["one", "two"]
    assert database.execute("select * from public.one").fetchall() == [(1,)]


def test_an_api_that_stays_away_says_so_and_a_later_run_goes_on(
    api: Management, folder: Path
) -> None:
    api.before = fails(503)
    with pytest.raises(SupabaseError, match="broke while 20260101000000_one"):
        apply(api, folder)
    api.before = lambda _: None
    assert apply(api, folder) == ["one", "two"]


def test_what_another_run_applied_meanwhile_is_left_to_it(
    api: Management, folder: Path, postgres_url: str, database: psycopg.Connection[Any]
) -> None:
    def other(query: str) -> None:
        if query.startswith("do "):
            api.before = lambda _: None
            with ThreadPoolExecutor() as elsewhere:
                elsewhere.submit(asyncio.run, migrate.apply(postgres_url, folder)).result()

    api.before = other
    assert apply(api, folder) == []
    assert database.execute("select * from public.one").fetchall() == [(1,)]


def test_it_waits_for_its_turn_and_gives_up_in_the_end(
    api: Management, folder: Path, database: psycopg.Connection[Any]
) -> None:
    with database.transaction():
        database.execute(f"select pg_advisory_xact_lock({TURN})")
        pauses = Pauses()
        with pytest.raises(SupabaseError, match="did not end in 5 seconds"):
            apply(api, folder, pauses, wait=5)
    assert sum(pauses.seconds) == 5
    assert apply(api, folder) == ["one", "two"]


def test_an_index_that_refuses_a_transaction_is_made_outside_of_one(
    api: Management, folder: Path, database: psycopg.Connection[Any]
) -> None:
    index = "create index concurrently one_id on public.one (id)"
    (folder / "20260103000000_index.sql").write_text(f"{index};\n")
    assert apply(api, folder) == ["one", "two", "index"]
    assert history(database)[2][2] == [index]


def test_too_many_requests_are_waited_out(api: Management, folder: Path) -> None:
    left = [2]

    def throttled(_: str) -> httpx2.Response | None:
        left[0] -= 1
        return httpx2.Response(429, headers={"Retry-After": "7"}) if left[0] >= 0 else None

    api.before = throttled
    pauses = Pauses()
    assert apply(api, folder, pauses) == ["one", "two"]
    assert pauses.seconds == [7.0, 7.0]


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (402, ReadOnly, "over its quota"),
        (403, AccessDenied, "database_write"),
        (413, SupabaseError, "SUPABASE_DB_URL"),
        (429, Unreachable, "no more requests"),
        (500, SupabaseError, "did not answer"),
        (540, Unreachable, "paused"),
        (418, SupabaseError, "refused the query"),
    ],
)
def test_each_refusal_says_what_to_do(
    api: Management, folder: Path, status: int, kind: type[SupabaseError], words: str
) -> None:
    api.before = lambda _: httpx2.Response(status, json={"message": "no"})
    with pytest.raises(kind) as caught:
        apply(api, folder)
    assert words in str(caught.value)


def test_a_wrong_token_or_project_is_told_and_the_token_is_not(
    api: Management, folder: Path
) -> None:
    with pytest.raises(AccessDenied, match="SUPABASE_ACCESS_TOKEN") as caught:
        asyncio.run(migrate.pending(target(api, token="sbp_wrong"), folder))
    assert "sbp_wrong" not in str(caught.value) + repr(target(api, token="sbp_wrong"))
    elsewhere = ManagementTarget("other", TOKEN, transport=api.transport)
    with pytest.raises(AccessDenied, match="SUPABASE_PROJECT_ID"):
        asyncio.run(migrate.pending(elsewhere, folder))


def test_a_database_that_takes_no_writes_is_told_as_such(
    api: Management, folder: Path, database: psycopg.Connection[Any]
) -> None:
    name = database.info.dbname
    database.execute(f'alter database "{name}" set default_transaction_read_only = on'.encode())
    with pytest.raises(ReadOnly):
        apply(api, folder)


def test_a_network_that_breaks_is_told(folder: Path) -> None:
    def broken(request: httpx2.Request) -> httpx2.Response:
        raise httpx2.ConnectError("refused", request=request)

    away = ManagementTarget(PROJECT, TOKEN, transport=httpx2.MockTransport(broken), sleep=Pauses())
    with pytest.raises(SupabaseError, match="cannot be reached"):
        asyncio.run(migrate.pending(away, folder))
