"""The commands around migrations, as docs/migrations.md shows them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from accord import migrate_commands
from accord.cli import execute
from accord.supabase.drafting.catalogue import Key
from tests.migrations.edits import OTHERS
from tests.migrations.project import ROOT, Project, Scratch, catalogue

MODEL = "select * from sync.model order by 1, 2"


def run(line: str, capsys: pytest.CaptureFixture[str], expected: int = 0) -> str:
    """Run a line of the page; answers what it said."""
    assert execute(line.split()[1:]) == expected, capsys.readouterr()
    return " ".join(capsys.readouterr().out.split())


@contextmanager
def cleared(project: Project) -> Iterator[Scratch]:
    project.scratch.clear()
    yield project.scratch


def documented() -> set[str]:
    text = (ROOT / "docs" / "migrations.md").read_text()
    return set(re.findall(r"^ +(accord migrate .*)$", text, re.MULTILINE))


def test_the_commands_do_what_the_page_says(
    project: Project,
    postgres_url: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(project.folder)
    monkeypatch.setenv("SUPABASE_DB_URL", postgres_url)
    monkeypatch.setattr(sys, "path", [*sys.path])
    # The server of the tests in the place of one that is made for each command.
    monkeypatch.setattr(migrate_commands, "scratch", lambda: cleared(project))
    files = sorted(project.migrations.iterdir())
    project.apply(postgres_url)
    before = contents(postgres_url)
    project.edit(OTHERS[0])
    said = run("accord migrate check", capsys, 1)
    assert "write the next: accord migrate make" in said
    text = run("accord migrate make add_a_budget --dry-run", capsys)
    assert "alter table public.tasks add column budget numeric;" in text
    assert sorted(project.migrations.iterdir()) == files
    assert "which takes it back" in run("accord migrate make add_a_budget", capsys)
    assert "Nothing changed" in run("accord migrate make let_go --drop-deprecated", capsys)
    (made,) = set(project.migrations.iterdir()) - set(files)
    assert run("accord migrate check", capsys) == "The scripts build what the models ask for."
    assert f"pending: {made.name}" in run("accord migrate status", capsys, 1)
    assert "applied" in run("accord migrate apply", capsys)
    assert f"applied: {made.name}" in run("accord migrate status", capsys)
    assert {
        "accord migrate check", "accord migrate status", "accord migrate apply",
        "accord migrate make add_a_budget", "accord migrate make add_a_budget --dry-run",
        "accord migrate make let_go --drop-deprecated",
    } == documented()  # fmt: skip
    with psycopg.connect(postgres_url) as connection:
        assert connection.execute(MODEL.encode()).fetchall() != before[1]
        back = (project.folder / "supabase" / "reverse" / made.name).read_text()
        connection.execute(back.encode())
    made.unlink()
    assert run("accord migrate status", capsys).count("applied: ") == len(files)
    after = contents(postgres_url)
    assert after[1] == before[1]
    assert after[0] == before[0]


def contents(url: str) -> tuple[dict[Key, object], list[tuple[object, ...]]]:
    """What is there that was not put aside, and the model."""
    with psycopg.connect(url) as connection:
        rows = connection.execute(MODEL.encode()).fetchall()
    things = {
        key: thing.meaning
        for key, thing in catalogue(url).items()
        if "_deprecated_" not in " ".join(key)
    }
    return things, rows


def test_a_name_that_says_nothing_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.folder)
    assert execute(["migrate", "make", "..."]) == 2
    assert "say what it does" in capsys.readouterr().err
