"""Models that change, edit by edit, and a filled database that follows them and loses nothing.

The rows come from the local Notion by way of the product; when every edit is undone, both sides
hold the same again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import psycopg
import pytest

from accord.supabase.losses import losses
from accord.supabase.migration_files import read_folder
from tests.acceptance.conftest import LocalNotion, command
from tests.migrations.edits import IN_STEP, OTHERS
from tests.migrations.project import Edit, Project, left, values

#: What goes into one migration, as developers do; a draft takes some seconds.
TOGETHER = (IN_STEP, OTHERS)


@pytest.fixture
def environment(postgres_url: str) -> Iterator[dict[str, str]]:
    notion = LocalNotion("--sample")
    yield {
        **notion.environment,
        "SUPABASE_DB_URL": postgres_url,
        "NOTION_REQUESTS_PER_MINUTE": "0",
    }
    notion.stop()


def migrated(project: Project, edits: Sequence[Edit], url: str, name: str) -> None:
    """Draft a migration for what was edited, and apply it."""
    found = project.draft()
    assert bool(found.changes) == any(edit.drawn for edit in edits)
    if found.changes:
        assert found.reverse
        project.keep(name, found)
        project.apply(url)
        assert left(url, project.wanted()) == []


def test_edits_and_their_undoing_lose_no_value(
    project: Project, environment: dict[str, str]
) -> None:
    url = environment["SUPABASE_DB_URL"]
    run(project, environment, "setup", "sync")
    held = values(url)
    assert sum(map(len, held.values())) > 1500
    for number, edits in enumerate(TOGETHER):
        for edit in edits:
            project.edit(edit)
        migrated(project, edits, url, f"edits_{number}")
        assert lost(held, url) == {}
        if edits is IN_STEP:
            run(project, environment, "sync", "verify")
            held = values(url)
    for number, edits in reversed(list(enumerate(TOGETHER))):
        for _ in edits:
            project.undo()
        migrated(project, edits, url, f"undo_{number}")
        assert lost(held, url) == {}
    assert [loss for m in read_folder(project.migrations) for loss in losses(m)] == []
    checked = command("accord", "migrate", "check", env=environment, cwd=project.folder)
    assert (checked.code, checked.said) == (0, "The scripts build what the models ask for.")
    run(project, environment, "sync", "verify")


def run(project: Project, environment: dict[str, str], *commands: str) -> None:
    for word in commands:
        done = command("accord", word, env=environment, cwd=project.folder)
        assert done.code == 0, done.said


def lost(held: dict[str, set[str]], url: str) -> dict[str, set[str]]:
    """By row, the values that are nowhere any more; and nothing is left to be told to Notion."""
    now = values(url)
    with psycopg.connect(url) as connection:
        assert connection.execute("select * from sync.dirty").fetchall() == []
    return {row: gone for row, had in held.items() if (gone := had - now[row])}
