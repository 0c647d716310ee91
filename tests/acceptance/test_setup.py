"""The set-up of tables as a user runs it: by URL, by the Management API, and what it refuses."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from tests.acceptance.conftest import ROOT, command
from tests.store.management import PROJECT, TOKEN, Management, served

SETUP = "tools.supabase_db_setup"


def tables(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "select count(*) from pg_tables where schemaname = 'public'"
        ).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, to change its migrations in."""
    for name in ("models", "reports", "supabase", "tools"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_an_access_token_and_a_project_are_enough(postgres_url: str) -> None:
    with served(Management(postgres_url)) as address:
        environment = {
            "SUPABASE_ACCESS_TOKEN": TOKEN,
            "SUPABASE_URL": f"https://{PROJECT}.supabase.co",
            "SUPABASE_PROJECT_ID": PROJECT,
            "SUPABASE_MANAGEMENT_URL": address,
        }
        plan = command(SETUP, "--dry-run", env=environment)
        assert (plan.code, tables(postgres_url)) == (0, 0)
        done = command(SETUP, env=environment)
        assert done.code == 0, done.said
        assert f"to be applied to project {PROJECT}" in done.said
        assert "The tables of 16 databases are ready." in done.said
        again = command(SETUP, env=environment)
        equal = command(SETUP, "--verify", env=environment)
    assert "nothing to do" in again.said
    assert TOKEN not in plan.said + done.said + again.said
    assert equal.code == 0, equal.said
    by_url = command(SETUP, env={"SUPABASE_DB_URL": postgres_url})
    assert (by_url.code, "nothing to do" in by_url.said) == (0, True)


def test_two_at_once_end_well(postgres_url: str) -> None:
    """One of them by URL, one by the Management API."""
    with served(Management(postgres_url)) as address:
        environment = {
            "SUPABASE_ACCESS_TOKEN": TOKEN,
            "SUPABASE_PROJECT_ID": PROJECT,
            "SUPABASE_MANAGEMENT_URL": address,
        }
        with ThreadPoolExecutor() as at_once:
            runs = [
                at_once.submit(command, SETUP, env=each)
                for each in (environment, {"SUPABASE_DB_URL": postgres_url})
            ]
            ends = [run.result() for run in runs]
    assert [end.code for end in ends] == [0, 0], [end.said for end in ends]
    assert tables(postgres_url) > 16


def test_the_plan_counts_what_will_be_made(postgres_url: str) -> None:
    plan = command(SETUP, "--dry-run", env={"SUPABASE_DB_URL": postgres_url})
    assert "_notion_databases.sql" in plan.said
    assert " tables, " in plan.said
    assert "nothing was changed" in plan.said


def test_a_project_with_other_tables_keeps_them(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("create table public.invoices (id int); insert into invoices values (7)")
        done = command(SETUP, env={"SUPABASE_DB_URL": postgres_url})
        assert done.code == 0, done.said
        assert connection.execute("select id from public.invoices").fetchall() == [(7,)]


def test_what_would_drop_or_rewrite_data_is_listed_and_refused(
    postgres_url: str, project: Path
) -> None:
    environment = {"SUPABASE_DB_URL": postgres_url}
    assert command(SETUP, env=environment, cwd=project).code == 0
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("insert into public.tasks (task_name) values ('stays')")
        (project / "supabase" / "migrations" / "20991231000000_tidy.sql").write_text(
            "alter table public.tasks drop column task_name cascade;\n"
            "drop table public.tasks_dependencies;\n"
        )
        for words in ((), ("--dry-run",)):
            refused = command(SETUP, *words, env=environment, cwd=project)
            assert refused.code == 2
            assert "drops column tasks.task_name" in refused.said
            assert "drops table tasks_dependencies" in refused.said
            assert "--allow-destructive" in refused.said
        assert connection.execute("select task_name from public.tasks").fetchall() == [("stays",)]
        allowed = command(SETUP, "--allow-destructive", env=environment, cwd=project)
        assert allowed.code == 0, allowed.said
        names = connection.execute("select to_regclass('public.tasks_dependencies')").fetchone()
        assert names == (None,)


def test_the_document_names_every_option() -> None:
    text = (ROOT / "docs" / "setup.md").read_text()
    told = command("accord", "setup", "--help", env={}).said
    options = set(re.findall(r"--[a-z-]+", told)) - {"--help", "--version"}
    assert options == {
        "--dry-run",
        "--print",
        "--include-all",
        "--allow-destructive",
        "--verify",
    }
    assert all(option in text for option in options)


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, ["SUPABASE_DB_URL", "SUPABASE_ACCESS_TOKEN", "--print"]),
        (
            {"SUPABASE_URL": f"https://{PROJECT}.supabase.co", "SUPABASE_API_KEY": "sb_secret_x"},
            ["SUPABASE_ACCESS_TOKEN", "a key of the project cannot do it"],
        ),
        (
            {"SUPABASE_ACCESS_TOKEN": "sb_secret_x"},
            ["holds a key of the project", "SUPABASE_PROJECT_ID is not set"],
        ),
        (
            {"SUPABASE_ACCESS_TOKEN": TOKEN, "SUPABASE_PROJECT_ID": "https://x.supabase.co"},
            ["the first part of the project's address"],
        ),
        (
            {
                "SUPABASE_ACCESS_TOKEN": TOKEN,
                "SUPABASE_PROJECT_ID": PROJECT,
                "SUPABASE_URL": "https://otherproject.supabase.co",
                "SUPABASE_MANAGEMENT_URL": "http://example.com",
            },
            ["belongs to 'otherproject'", "would travel in the clear"],
        ),
    ],
)
def test_what_is_missing_or_wrong_is_told_all_at_once(
    environment: dict[str, str], words: list[str]
) -> None:
    done = command(SETUP, env=environment)
    assert done.code == 2
    for word in words:
        assert word in done.said
    assert "sb_secret_x" not in done.said
    assert TOKEN not in done.said
