"""The door: what gets through, what is tried again, and that no foreign error gets out."""

from __future__ import annotations

import asyncio
import socket
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from accord.core.errors import ConfigurationError, OurError, SupabaseError
from accord.core.values import Json
from accord.supabase import errors, migrate
from accord.supabase.door import PAUSES, PostgresDoor, connection_settings

FAIL = """
create schema sync;
create function sync.fail_v1(p jsonb) returns jsonb language plpgsql as $$
begin
  raise exception '%', p ->> 'says' using errcode = p ->> 'state';
end $$;
create function sync.echo_v1(p jsonb) returns jsonb language sql as 'select p';
create function sync.nap_v1() returns jsonb language sql as 'select to_jsonb(pg_sleep(60)::text)';
create function sync.prepared_v1() returns jsonb language sql
  as 'select to_jsonb(count(*)) from pg_prepared_statements';
create table sync.tries (at timestamptz);
create function sync.begin_round_v1() returns jsonb language plpgsql as $$
begin
  raise exception 'connection lost' using errcode = '08006';
end $$;
"""


@pytest.fixture
def url(postgres_url: str) -> str:
    """A database with functions that fail, echo and sleep."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(FAIL)
    return postgres_url


@pytest.fixture
def naps() -> list[float]:
    """The pauses that a door made, without making them."""
    return []


def call(url: str, naps: list[float], function: str, *args: Json, **options: float) -> Json:
    """Call once through a door of its own."""

    async def sleep(seconds: float) -> None:
        naps.append(seconds)

    async def once() -> Json:
        timeout = options.get("timeout", 30.0)
        async with PostgresDoor(url, timeout=timeout, connect_timeout=5, sleep=sleep) as door:
            return await door.call(function, *args)

    return asyncio.run(once())


def everything(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error)


def test_json_comes_back_as_it_went(url: str, naps: list[float]) -> None:
    values: tuple[Json, ...] = (
        None,
        1,
        0.1,
        1e300,
        -0.5,
        True,
        "ä\u2028\\u0000",
        [],
        {"a": [None, {"b": "c"}]},
    )
    for value in values:
        assert call(url, naps, "echo_v1", value) == value
    assert naps == []


STATES = sorted(psycopg.errors._sqlcodes)


def test_no_error_of_the_driver_gets_out(url: str, naps: list[float]) -> None:
    async def sleep(seconds: float) -> None:
        naps.append(seconds)

    async def fail_in_every_way() -> None:
        async with PostgresDoor(url, sleep=sleep) as door:
            for state in STATES:
                if state[2:] == "000":
                    continue  # Postgres itself refuses to raise a category
                with pytest.raises(SupabaseError) as caught:
                    await door.call("fail_v1", {"state": state, "says": "so it is"})
                assert not isinstance(caught.value, psycopg.Error)
                assert caught.value.remedy

    asyncio.run(fail_in_every_way())
    assert len(STATES) > 200


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("25006", errors.ReadOnly),
        ("53100", errors.DiskFull),
        ("42501", errors.AccessDenied),
        ("28P01", errors.AccessDenied),
        ("3F000", errors.SchemaMissing),
        ("42P01", errors.SchemaMissing),
        ("42883", errors.SchemaMissing),
        ("42703", errors.SchemaOutdated),
        ("57014", errors.TooMuch),
        ("57P01", errors.Unreachable),
        ("08006", errors.Unreachable),
        ("22012", errors.UnknownSupabaseError),
    ],
)
def test_each_trouble_has_its_name(
    url: str, naps: list[float], state: str, kind: type[SupabaseError]
) -> None:
    with pytest.raises(kind, match=r"so it is|too long"):
        call(url, naps, "fail_v1", {"state": state, "says": "so it is"})


def test_a_missing_function_says_what_to_run(url: str, naps: list[float]) -> None:
    with pytest.raises(errors.SchemaMissing, match=r"python -m tools\.supabase_db_setup"):
        call(url, naps, "sight_v1", {}, [])


def test_a_missing_schema_says_what_to_run(postgres_url: str, naps: list[float]) -> None:
    with pytest.raises(errors.SchemaMissing, match=r"python -m tools\.supabase_db_setup"):
        call(postgres_url, naps, "version_v1")


def test_a_missing_right_names_the_grant(url: str, naps: list[float]) -> None:
    clerk = "clerk_without_rights"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"create role {clerk}")
        try:
            here = conninfo_to_dict(url) | {"options": f"-c role={clerk}"}
            as_clerk = make_conninfo("", **here)
            with pytest.raises(errors.AccessDenied, match="GRANT USAGE ON SCHEMA sync TO"):
                call(as_clerk, naps, "echo_v1", 1)
            connection.execute(f"grant usage on schema sync to {clerk}")
            connection.execute("revoke execute on function sync.echo_v1(jsonb) from public")
            with pytest.raises(errors.AccessDenied, match="GRANT EXECUTE ON FUNCTION echo_v1 TO"):
                call(as_clerk, naps, "echo_v1", 1)
        finally:
            connection.execute(f"drop owned by {clerk}")
            connection.execute(f"drop role {clerk}")


def test_a_database_that_takes_no_writes_is_told(url: str, naps: list[float]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "create function sync.write_v1() returns jsonb language sql as"
            " 'insert into sync.tries values (now()) returning to_jsonb(at)'"
        )
    read_only = make_conninfo(url, options="-c default_transaction_read_only=on")
    with pytest.raises(errors.ReadOnly, match="takes no writes"):
        call(read_only, naps, "write_v1")


def test_a_wrong_password_is_refused_at_once_and_never_shown(url: str, naps: list[float]) -> None:
    wrong = make_conninfo("", **conninfo_to_dict(url) | {"password": "hunter2-secret"})
    with pytest.raises(errors.AccessDenied, match="SUPABASE_DB_URL") as caught:
        call(wrong, naps, "echo_v1", 1)
    assert naps == []
    assert "hunter2-secret" not in everything(caught.value)


def test_a_database_that_does_not_exist_is_told(url: str, naps: list[float]) -> None:
    with pytest.raises(errors.AccessDenied, match="does not exist"):
        call(make_conninfo(url, dbname="nowhere"), naps, "echo_v1", 1)


def test_nobody_there_is_told_after_every_pause(naps: list[float]) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    nobody = f"postgresql://someone:hunter2-secret@127.0.0.1:{port}/postgres"
    with pytest.raises(errors.Unreachable, match="cannot be reached") as caught:
        call(nobody, naps, "echo_v1", 1)
    assert naps == list(PAUSES)
    assert "hunter2-secret" not in everything(caught.value)


def test_a_url_that_cannot_be_read_is_not_shown(naps: list[float]) -> None:
    for url in ("postgresql://u:hunter2%zz@h/db", "hunter2", "host=h password='hunter2"):
        with pytest.raises(ConfigurationError, match="SUPABASE_DB_URL") as caught:
            call(url, naps, "echo_v1", 1)
        assert "hunter2" not in str(caught.value)
        assert caught.value.__cause__ is None
        assert caught.value.__suppress_context__


def test_lost_connections_are_replaced_and_the_call_is_sent_again(
    url: str, naps: list[float]
) -> None:
    async def sleep(seconds: float) -> None:
        naps.append(seconds)

    async def with_a_cut() -> Json:
        async with PostgresDoor(url, sleep=sleep) as door:
            await asyncio.gather(*(door.call("echo_v1", n) for n in range(20)))
            with psycopg.connect(url, autocommit=True) as other:
                other.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                    " where application_name = 'accord' and datname = current_database()"
                )
            return await door.call("echo_v1", "again")

    assert asyncio.run(with_a_cut()) == "again"
    assert naps == [PAUSES[0]]


def test_what_must_happen_once_is_never_sent_again(url: str, naps: list[float]) -> None:
    with pytest.raises(errors.Unreachable):
        call(url, naps, "begin_round_v1")
    assert naps == []
    with pytest.raises(errors.Unreachable):
        call(url, naps, "fail_v1", {"state": "08006", "says": "so it is"})
    assert naps == list(PAUSES)


def test_a_deadlock_is_tried_again(url: str, naps: list[float]) -> None:
    with pytest.raises(SupabaseError):
        call(url, naps, "fail_v1", {"state": "40P01", "says": "deadlock"})
    assert naps == list(PAUSES)


def test_a_call_that_takes_too_long_is_given_up_and_cancelled(url: str, naps: list[float]) -> None:
    with pytest.raises(errors.Unreachable, match=r"within 0\.2 seconds"):
        call(url, naps, "nap_v1", timeout=0.2)
    with psycopg.connect(url, autocommit=True) as connection:
        asleep = connection.execute(
            "select count(*) from pg_stat_activity where state = 'active'"
            " and query like '%nap_v1%' and pid <> pg_backend_pid()"
        ).fetchone()
    assert asleep == (0,)


def test_no_statement_is_prepared_since_a_pooler_would_lose_it(url: str) -> None:
    async def often() -> Json:
        async with PostgresDoor(url, connections=1) as door:
            for _ in range(10):
                prepared = await door.call("prepared_v1")
            return prepared

    assert asyncio.run(often()) == 0


def test_what_is_not_json_is_our_own_fault(url: str, naps: list[float]) -> None:
    with pytest.raises(OurError, match="echo_v1"):
        call(url, naps, "echo_v1", object())


@pytest.mark.parametrize(
    ("url", "sslmode"),
    [
        ("postgresql://u:p@db.example.supabase.co:5432/postgres", "require"),
        ("postgresql://u:p@db.example.supabase.co/postgres?sslmode=verify-full", "verify-full"),
        ("postgresql://u:p@10.0.0.1/postgres", "require"),
        ("postgresql://u:p@localhost/postgres", None),
        ("postgresql://u:p@127.0.0.1:5432/postgres", None),
        ("postgresql://u:p@[::1]:5432/postgres", None),
        ("host=/var/run/postgresql dbname=postgres", None),
    ],
)
def test_other_machines_are_spoken_to_by_tls_only(url: str, sslmode: str | None) -> None:
    assert connection_settings(url).get("sslmode") == sslmode


WAYS: dict[str, Callable[[str, Path], object]] = {
    "door": lambda url, _: call(url, [], "echo_v1", 1),
    "migrations": lambda url, folder: asyncio.run(migrate.pending(url, folder)),
}


@pytest.mark.parametrize("way", WAYS)
def test_where_there_is_no_tls_another_machine_is_told_nothing(way: str, tmp_path: Path) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.2", 0)) as server:
        listener = threading.Thread(target=without_tls, args=(server, heard))
        listener.start()
        port = server.getsockname()[1]
        url = f"postgresql://someone:hunter2-secret@127.0.0.2:{port}/postgres"
        with pytest.raises(errors.Unreachable, match="SSL"):
            WAYS[way](url, tmp_path)
        server.shutdown(socket.SHUT_RDWR)
        listener.join()
    assert heard
    assert {len(each) for each in heard} == {8}, "a request for encryption and nothing else"


def without_tls(server: socket.socket, heard: list[bytes]) -> None:
    """A server that does not speak TLS, and notes all that it is sent."""
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            while data := connection.recv(4096):
                heard.append(data)
                connection.sendall(b"N")
