"""The guide's two commands, and what they say when something is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import Any

import psycopg
import pytest

from tests.acceptance.conftest import ROOT, Done, command

SETUP = "tools.supabase_db_setup"
SYNC = "tools.sync_databases"
N2S = ("--direction", "notion_to_supabase")


def count(url: str, table: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute(f"select count(*) from {table}".encode()).fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
def ready(environment: dict[str, str]) -> dict[str, str]:
    assert command(SETUP, env=environment).code == 0
    return environment


def test_the_two_commands_of_the_guide_do_their_work(environment: dict[str, str]) -> None:
    setup = command(SETUP, env=environment)
    assert setup.code == 0, setup.said
    sync = command(SYNC, *N2S, env=environment)
    assert sync.code == 0, sync.said
    assert count(environment["SUPABASE_DB_URL"], "public.business_entities") == 3
    again = command(SYNC, *N2S, "--json", env=environment)
    assert again.code == 0
    document = json.loads(again.out)
    assert document["exit_code"] == 0
    assert len(document["collections"]) == 16
    assert sum(c["created"] + c["updated"] for c in document["collections"]) == 0


def test_setup_is_safe_to_run_again(ready: dict[str, str]) -> None:
    again = command(SETUP, env=ready)
    assert again.code == 0
    assert "nothing to do" in again.said


def test_setup_shows_its_plan_and_its_sql_without_doing_it(environment: dict[str, str]) -> None:
    dry = command(SETUP, "--dry-run", env=environment)
    assert dry.code == 0
    assert "nothing was changed" in dry.said
    printed = command(SETUP, "--print", env=environment)
    assert printed.code == 0
    assert "create table public.business_entities" in printed.out
    with psycopg.connect(environment["SUPABASE_DB_URL"], autocommit=True) as connection:
        found = connection.execute(
            "select 1 from pg_tables where schemaname = 'public' limit 1"
        ).fetchone()
        assert found is None
        connection.execute(printed.out.encode())
    assert "nothing to do" in command(SETUP, env=environment).said


def test_the_default_direction_is_both(ready: dict[str, str]) -> None:
    done = command(SYNC, env=ready)
    assert done.code == 0, done.said


def test_models_can_be_named_in_any_way(ready: dict[str, str]) -> None:
    done = command(SYNC, *N2S, "--model", "Task", "business_entities", "--json", env=ready)
    assert done.code == 0, done.said
    tables = [c["table"] for c in json.loads(done.out)["collections"]]
    assert tables == ["business_entities", "tasks"]


def without(environment: dict[str, str], *names: str) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name not in names}


def expect(done: Done, code: int, *words: str) -> None:
    assert done.code == code, done.said
    for word in words:
        assert word in done.said, f"{word!r} is not in: {done.said}"
    assert "Traceback" not in done.said


def test_all_missing_credentials_are_named_at_once() -> None:
    done = command(SYNC, *N2S, env={})
    expect(done, 2, "NOTION_API_TOKEN", "SUPABASE_DB_URL", "NOTION_TASKS_DB")


def test_no_token(ready: dict[str, str]) -> None:
    done = command(SYNC, *N2S, env=without(ready, "NOTION_API_TOKEN"))
    expect(done, 2, "NOTION_API_TOKEN is not set")


def test_a_wrong_token(ready: dict[str, str]) -> None:
    done = command(SYNC, *N2S, env={**ready, "NOTION_API_TOKEN": "ntn_wrong_secret"})
    expect(done, 2, "NOTION_API_TOKEN")
    assert "ntn_wrong_secret" not in done.said


def test_a_malformed_database_id(ready: dict[str, str]) -> None:
    done = command(SYNC, *N2S, env={**ready, "NOTION_TASKS_DB": "my tasks"})
    expect(done, 2, "NOTION_TASKS_DB", "my tasks")


def test_a_wrong_database_id_is_named_and_the_others_load(ready: dict[str, str]) -> None:
    wrong = {**ready, "NOTION_TASKS_DB": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    done = command(SYNC, *N2S, env=wrong)
    expect(done, 1, "tasks", "share")
    assert count(ready["SUPABASE_DB_URL"], "public.contacts_profiles") > 0
    assert count(ready["SUPABASE_DB_URL"], "public.tasks") == 0


def test_a_database_that_is_not_configured_is_skipped_with_a_warning(
    ready: dict[str, str],
) -> None:
    done = command(SYNC, *N2S, env=without(ready, "NOTION_TASKS_DB"))
    expect(done, 0, "NOTION_TASKS_DB", "Master Tasks Database")


def test_postgres_down(ready: dict[str, str]) -> None:
    url = "postgresql://postgres:hidden-word@127.0.0.1:9/nowhere"
    done = command(SYNC, *N2S, env={**ready, "SUPABASE_DB_URL": url})
    expect(done, 2, "SUPABASE_DB_URL")
    assert "hidden-word" not in done.said


def test_postgres_without_the_tables(environment: dict[str, str]) -> None:
    done = command(SYNC, *N2S, env=environment)
    expect(done, 2, "python -m tools.supabase_db_setup")


def test_a_half_migrated_schema(ready: dict[str, str]) -> None:
    with psycopg.connect(ready["SUPABASE_DB_URL"], autocommit=True) as connection:
        connection.execute(
            "delete from supabase_migrations.schema_migrations where version ="
            " (select max(version) from supabase_migrations.schema_migrations)"
        )
    done = command(SYNC, *N2S, env=ready)
    expect(done, 2, "only some", "python -m tools.supabase_db_setup")


def test_notion_down(ready: dict[str, str]) -> None:
    done = command(SYNC, *N2S, env={**ready, "NOTION_API_URL": "http://127.0.0.1:9"})
    expect(done, 2, "Notion")


def test_a_model_that_does_not_exist(ready: dict[str, str]) -> None:
    done = command(SYNC, *N2S, "--model", "Nonsense", env=ready)
    expect(done, 2, "Nonsense", "BusinessEntity", "Workflow")


def test_a_date_that_is_none(ready: dict[str, str]) -> None:
    done = command(SYNC, *N2S, "--since", "yesterday-ish", env=ready)
    expect(done, 2, "yesterday-ish", "ISO")


def test_everything_wrong_is_said_at_once(ready: dict[str, str]) -> None:
    env = without(ready, "NOTION_API_TOKEN")
    done = command(SYNC, "--since", "soon", "--model", "Nonsense", env=env)
    expect(done, 2, "soon", "Nonsense", "NOTION_API_TOKEN")


def test_a_model_that_is_named_and_not_configured(ready: dict[str, str]) -> None:
    done = command(SYNC, *N2S, "--model", "Task", env=without(ready, "NOTION_TASKS_DB"))
    expect(done, 2, "Task", "NOTION_TASKS_DB is not set")


def test_a_part_and_everything_at_once(ready: dict[str, str]) -> None:
    done = command(SYNC, *N2S, "--full", "--since", "2026-01-01", env=ready)
    expect(done, 2, "--full", "--since")


def test_the_other_direction_alone_claims_nothing_of_this_one(ready: dict[str, str]) -> None:
    done = command(SYNC, "--direction", "supabase_to_notion", env=ready)
    expect(done, 0, "Nothing waits in Supabase")
    assert "holds what Notion holds" not in done.said


@pytest.mark.parametrize("words", [["--nonsense"], ["--direction", "sideways"], ["extra"]])
def test_wrong_usage(ready: dict[str, str], words: list[str]) -> None:
    expect(command(SYNC, *words, env=ready), 2)


def test_json_stays_json_when_something_is_wrong(ready: dict[str, str]) -> None:
    done = command(SYNC, "--json", "--since", "soon", env=ready)
    assert done.code == 2
    document: dict[str, Any] = json.loads(done.out)
    assert document["exit_code"] == 2
    assert "soon" in document["problems"][0]["reason"]


def test_verbose_logs_to_stderr_alone(ready: dict[str, str]) -> None:
    done = command(SYNC, *N2S, "--verbose", "--json", env=ready)
    assert done.code == 0
    json.loads(done.out)
    assert "database ends" in done.err


def test_ctrl_c_leaves_with_130_and_the_next_round_goes_on(ready: dict[str, str]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", SYNC, *N2S],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], **ready},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while count(ready["SUPABASE_DB_URL"], "sync.link") == 0 and process.poll() is None:
        assert time.monotonic() < deadline
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    if process.returncode != 0:  # it may have been faster than we are
        assert process.returncode == 130, err
        assert "run again" in err
    assert command(SYNC, *N2S, env=ready).code == 0


def test_accord_names_its_version() -> None:
    done = command("accord", "--version", env={})
    assert done.code == 0
    assert done.out.strip() == "0.1.0"


def test_both_sides_are_compared_and_each_difference_is_named(ready: dict[str, str]) -> None:
    assert command(SYNC, *N2S, env=ready).code == 0
    done = command("accord", "verify", env=ready)
    expect(done, 0, "Both sides hold the same")
    with psycopg.connect(ready["SUPABASE_DB_URL"]) as connection:
        connection.execute("update public.tasks set notes = 'by sql' where task_id = 'TASK-0001'")
        connection.execute("update public.agents set version = 'by sql'")
    done = command("accord", "verify", "--json", env=ready)
    assert done.code == 1
    different = [c for c in json.loads(done.out)["collections"] if not c["equal"]]
    assert "agents" in {c["table"] for c in different}
    expect(command("accord", "verify", "--model", "Agent", env=ready), 1, "by sql", "Version")
