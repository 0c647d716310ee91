"""The runner of migrations, on a real Postgres: all of a file or nothing of it."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from accord.core.errors import ConfigurationError, SupabaseError
from accord.supabase import migrate
from accord.supabase.errors import AccessDenied, Unreachable
from accord.supabase.migrate import Applied, Status
from accord.supabase.migration_files import plan_text, read_folder
from accord.supabase.statements import split
from accord.supabase.targets import TURN

ONE = "-- first\ncreate table public.one (id int);\ninsert into public.one values (1);\n"
TWO = "create table public.two (id int);\n"
THREE = "create table public.three (id int);\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "20260101000000_one.sql").write_text(ONE)
    (tmp_path / "20260102000000_two.sql").write_text(TWO)
    return tmp_path


@pytest.fixture
def database(postgres_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        yield connection


def apply(url: str, folder: Path, *, include_all: bool = False, wait: float = 60) -> list[str]:
    done = asyncio.run(migrate.apply(url, folder, include_all=include_all, wait=wait))
    return [applied.migration.name for applied in done]


def status(url: str, folder: Path) -> Status:
    return asyncio.run(migrate.pending(url, folder))


def tables(database: psycopg.Connection[Any]) -> set[str]:
    rows = database.execute(
        "select tablename from pg_tables"
        " where schemaname not in ('pg_catalog', 'information_schema')"
    ).fetchall()
    return {name for (name,) in rows}


def history(database: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    return database.execute(
        "select version, name, statements from supabase_migrations.schema_migrations order by 1"
    ).fetchall()


def test_what_is_pending_is_applied_once_and_recorded_as_the_cli_does(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    assert apply(postgres_url, folder) == ["one", "two"]
    assert history(database) == [
        (
            "20260101000000",
            "one",
            ["-- first\ncreate table public.one (id int)", "insert into public.one values (1)"],
        ),
        ("20260102000000", "two", ["create table public.two (id int)"]),
    ]
    assert apply(postgres_url, folder) == []
    assert database.execute("select * from one").fetchall() == [(1,)]


def test_a_second_run_writes_nothing_at_all(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    apply(postgres_url, folder)
    before = database.execute("select pg_snapshot_xmax(pg_current_snapshot())").fetchone()
    apply(postgres_url, folder)
    status(postgres_url, folder)
    assert database.execute("select pg_snapshot_xmax(pg_current_snapshot())").fetchone() == before


def test_asking_what_is_pending_leaves_no_trace(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    found = status(postgres_url, folder)
    assert [m.name for m in found.pending] == ["one", "two"]
    assert (found.applied, found.unknown, found.changed, found.late) == ((), (), (), ())
    schemas = database.execute("select from pg_namespace where nspname like 'supabase%'").fetchall()
    assert schemas == []


def test_progress_is_told_after_each_file(postgres_url: str, folder: Path) -> None:
    told: list[tuple[str, int, int]] = []

    def tell(applied: Applied, number: int, total: int) -> None:
        told.append((applied.migration.file_name, number, total))

    asyncio.run(migrate.apply(postgres_url, folder, progress=tell))
    assert told == [("20260101000000_one.sql", 1, 2), ("20260102000000_two.sql", 2, 2)]


def test_what_postgres_remarks_is_handed_on(postgres_url: str, folder: Path) -> None:
    (folder / "20260103000000_c.sql").write_text("do $$ begin raise notice 'mind the %', 1; end $$")
    done = asyncio.run(migrate.apply(postgres_url, folder))
    assert [applied.notices for applied in done] == [(), (), ("mind the 1",)]


def test_a_failing_file_leaves_nothing_and_the_ones_before_stay(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    bad = folder / "20260103000000_bad.sql"
    bad.write_text(f"{THREE}\n-- why\nselect 1/0;\ncreate table public.four (id int);")
    (folder / "20260104000000_after.sql").write_text("create table public.five (id int);")
    with pytest.raises(SupabaseError) as caught:
        apply(postgres_url, folder)
    assert "20260103000000_bad.sql, statement 2 of 3 (select 1/0)" in caught.value.message
    assert "division by zero" in caught.value.message
    assert tables(database) == {"one", "two", "schema_migrations"}
    assert len(history(database)) == 2
    bad.write_text(THREE)
    assert apply(postgres_url, folder) == ["bad", "after"]


def test_a_run_that_was_cut_off_goes_on_where_it_stopped(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    cut = folder / "20260103000000_cut.sql"
    cut.write_text(f"{THREE} select pg_terminate_backend(pg_backend_pid());")
    with pytest.raises(SupabaseError, match=r"connection broke while \d+_cut\.sql"):
        apply(postgres_url, folder)
    assert tables(database) == {"one", "two", "schema_migrations"}
    cut.write_text(THREE)
    assert apply(postgres_url, folder) == ["cut"]


def test_two_runners_at_once_take_turns(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    async def both() -> list[list[Applied]]:
        runs = [migrate.apply(postgres_url, folder) for _ in range(4)]
        return await asyncio.gather(*runs)

    done = asyncio.run(both())
    assert sorted(len(applied) for applied in done) == [0, 0, 0, 2]
    assert database.execute("select * from one").fetchall() == [(1,)]


def test_who_waits_too_long_for_its_turn_says_so(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    database.execute("select pg_advisory_lock(%s)", (TURN,))
    with pytest.raises(SupabaseError, match="Another run of the migrations did not end"):
        apply(postgres_url, folder, wait=0)
    assert tables(database) == set()
    database.execute("select pg_advisory_unlock_all()")
    assert apply(postgres_url, folder, wait=0) == ["one", "two"]


def test_the_lock_is_free_after_a_failure(postgres_url: str, folder: Path) -> None:
    bad = folder / "20260103000000_bad.sql"
    bad.write_text("select 1/0")
    for _ in range(2):
        with pytest.raises(SupabaseError, match="division by zero"):
            apply(postgres_url, folder, wait=5)


def test_a_migration_without_a_file_is_refused(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    apply(postgres_url, folder)
    (folder / "20260102000000_two.sql").unlink()
    (folder / "20260103000000_three.sql").write_text(THREE)
    assert status(postgres_url, folder).unknown == ("20260102000000",)
    with pytest.raises(SupabaseError, match="not in the folder: 20260102000000"):
        apply(postgres_url, folder)
    assert "three" not in tables(database)


def test_a_file_that_changed_after_it_was_applied_is_refused(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    apply(postgres_url, folder)
    (folder / "20260101000000_one.sql").write_text(ONE.replace("int", "bigint"))
    (folder / "20260103000000_three.sql").write_text(THREE)
    assert [m.name for m in status(postgres_url, folder).changed] == ["one"]
    with pytest.raises(SupabaseError, match=r"Changed after it was applied.*_one\.sql"):
        apply(postgres_url, folder)
    assert "three" not in tables(database)


def test_other_line_ends_are_no_change(postgres_url: str, folder: Path) -> None:
    apply(postgres_url, folder)
    (folder / "20260101000000_one.sql").write_bytes(
        b"\xef\xbb\xbf" + ONE.replace("\n", "\r\n").encode()
    )
    assert status(postgres_url, folder).changed == ()


def test_a_file_that_comes_late_is_refused_unless_asked_for(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    apply(postgres_url, folder)
    (folder / "20260101120000_late.sql").write_text(THREE)
    with pytest.raises(SupabaseError, match=r"Older than what is applied.*_late\.sql"):
        apply(postgres_url, folder)
    assert "three" not in tables(database)
    assert apply(postgres_url, folder, include_all=True) == ["late"]


@pytest.mark.parametrize(
    "columns",
    [
        "version text primary key",
        "version text not null primary key, statements text[], name text",
        "version text primary key, statements text[], name text, created_by text, rollback text[]",
    ],
)
def test_every_form_of_the_history_will_do(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any], columns: str
) -> None:
    database.execute("create schema supabase_migrations")
    database.execute(f"create table supabase_migrations.schema_migrations ({columns})".encode())
    database.execute(
        "insert into supabase_migrations.schema_migrations (version) values ('20260101000000')"
    )
    assert apply(postgres_url, folder) == ["two"]
    assert status(postgres_url, folder).changed == ()


def test_a_table_that_is_there_already_is_named_and_nothing_is_changed(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    database.execute("create table public.two (mine text)")
    with pytest.raises(SupabaseError, match=r"In the way: public\.two is there already") as caught:
        apply(postgres_url, folder)
    assert "rename" in caught.value.remedy
    assert tables(database) == {"two"}
    database.execute("create table public.one (mine text)")
    with pytest.raises(SupabaseError, match=r"public\.one, public\.two"):
        apply(postgres_url, folder)


def test_other_tables_are_left_alone(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    database.execute("create table public.theirs (id int)")
    apply(postgres_url, folder)
    assert tables(database) == {"theirs", "one", "two", "schema_migrations"}


def test_a_migration_may_make_a_table_anew(postgres_url: str, folder: Path) -> None:
    apply(postgres_url, folder)
    (folder / "20260103000000_anew.sql").write_text(f"drop table public.two; {TWO}")
    assert apply(postgres_url, folder) == ["anew"]


def test_a_setting_of_one_file_is_not_for_the_next(postgres_url: str, folder: Path) -> None:
    (folder / "20260103000000_set.sql").write_text("set search_path = pg_catalog")
    (folder / "20260104000000_make.sql").write_text("create table anywhere (id int)")
    assert apply(postgres_url, folder) == ["one", "two", "set", "make"]


def test_an_index_is_made_concurrently_outside_of_a_transaction(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    (folder / "20260103000000_index.sql").write_text(
        "create index concurrently one_id_idx on public.one (id);"
    )
    assert apply(postgres_url, folder) == ["one", "two", "index"]
    assert database.execute("select to_regclass('public.one_id_idx')::text").fetchone() == (
        "one_id_idx",
    )
    (folder / "20260104000000_twice.sql").write_text(
        "create index concurrently one_id_idx on public.one (id);"
    )
    with pytest.raises(SupabaseError, match="drop the index if it was left invalid"):
        apply(postgres_url, folder)
    assert len(history(database)) == 3


def test_two_runners_at_once_get_through_a_concurrent_index(
    postgres_url: str, folder: Path
) -> None:
    (folder / "20260103000000_index.sql").write_text(
        "create index concurrently one_id_idx on public.one (id);"
    )

    async def both() -> list[list[Applied]]:
        return await asyncio.gather(*(migrate.apply(postgres_url, folder) for _ in range(2)))

    assert sorted(len(applied) for applied in asyncio.run(both())) == [0, 3]


def test_files_that_cannot_be_run_are_refused_all_at_once(postgres_url: str, folder: Path) -> None:
    (folder / "readme.sql").write_text("select 1")
    (folder / "20260102000000_again.sql").write_text("select 1")
    (folder / "20260103000000_commits.sql").write_text("select 1;\n-- so\ncommit;")
    (folder / "20260104000000_mixed.sql").write_text(
        "select 1; drop index concurrently one_id_idx;"
    )
    with pytest.raises(ConfigurationError) as caught:
        status(postgres_url, folder)
    problems = sorted(caught.value.problems)
    assert len(problems) == 4
    assert "same version as" in problems[0]
    assert "transaction by itself (commit)" in problems[1]
    assert "a file of its own" in problems[2]
    assert problems[3].startswith("readme.sql: a migration is called")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nowhere"):
        read_folder(tmp_path / "nowhere")


def test_the_printed_plan_does_what_the_runner_does(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    (folder / "20260103000000_odd.sql").write_text(
        "-- it's; \\ odd\ncomment on table public.one is 'it''s; \\ odd'; select $$;$$ \n"
    )
    database.execute(plan_text(read_folder(folder)).encode())
    printed = history(database)
    assert [(version, list(statements)) for version, _, statements in printed] == [
        (path.name[:14], list(split(path.read_text()))) for path in sorted(folder.iterdir())
    ]
    assert apply(postgres_url, folder) == []
    assert status(postgres_url, folder).changed == ()


def test_the_printed_plan_names_what_refuses_a_transaction(folder: Path) -> None:
    (folder / "20260103000000_index.sql").write_text(
        "create index concurrently one_id_idx on public.one (id);"
    )
    text = plan_text(read_folder(folder))
    assert "run them one by one" in text
    assert text.count("begin;") == text.count("commit;") == 2


@pytest.mark.parametrize(
    "url",
    ["postgres//postgres:hunter2@host/db", "postgresql://postgres:hun%ter2@host/db", "hunter2"],
)
def test_a_url_that_cannot_be_read_is_not_repeated(url: str, folder: Path) -> None:
    with pytest.raises(ConfigurationError, match="SUPABASE_DB_URL") as caught:
        status(url, folder)
    assert "ter2" not in str(caught.value)
    assert caught.value.__suppress_context__


def test_a_database_that_does_not_answer_or_lets_nobody_in_is_told_without_the_password(
    postgres_url: str, folder: Path
) -> None:
    with pytest.raises(Unreachable) as unreachable:
        status("postgresql://postgres:hunter2@127.0.0.1:1/postgres", folder)
    address = postgres_url.split("@")[1]
    with pytest.raises(AccessDenied) as denied:
        status(f"postgresql://postgres:hunter2@{address}", folder)
    assert "hunter2" not in str(unreachable.value) + str(denied.value)


def test_who_may_make_nothing_is_told_so(
    postgres_url: str, folder: Path, database: psycopg.Connection[Any]
) -> None:
    database.execute(
        "do $$ begin create role reader login password 'reader';"
        " exception when duplicate_object then null; end $$"
    )
    with pytest.raises(SupabaseError, match="permission denied for database"):
        apply(f"postgresql://reader:reader@{postgres_url.split('@')[1]}", folder)
    assert tables(database) == set()
