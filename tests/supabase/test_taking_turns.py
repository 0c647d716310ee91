"""The Supabase CLI and our runner on one folder: either goes on where the other stopped.

What both record is the same to the letter, so that neither can tell who applied a file.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from accord.local_postgres import EmbeddedPostgres
from accord.supabase import migrate
from tests.migrations.edits import OTHERS
from tests.migrations.project import Project, left
from tests.supabase.program import lacking, supabase

HISTORY = (
    "select version, name, statements, md5(statements::text)"
    " from supabase_migrations.schema_migrations order by version"
)


@pytest.fixture
def project(tmp_path: Path, postgres_server: EmbeddedPostgres) -> Iterator[Project]:
    """The first migrations, then one that was drafted, then one that a person wrote."""
    if (missing := lacking()) is not None:
        pytest.skip(missing)
    made = Project(tmp_path, postgres_server)
    made.edit(OTHERS[0])
    made.keep("drafted", made.draft())
    (made.migrations / "20260301000000_by_hand.sql").write_text(
        "-- a view; with a semicolon\ncreate view public.by_hand as select ';' as sign;\n\n"
        "do $$ begin perform 1; end $$;\n"
        "grant select on public.by_hand to service_role;\n"
    )
    yield made
    made.scratch.clear()


@pytest.fixture
def urls(postgres_server: EmbeddedPostgres) -> Iterator[list[str]]:
    names = [f"turns_{uuid.uuid4().hex}" for _ in range(2)]
    for name in names:
        postgres_server.create_database(name)
    yield [postgres_server.url(name) for name in names]
    for name in names:
        postgres_server.drop_database(name)


def history(url: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(HISTORY.encode()).fetchall()


def pushed(project: Project, url: str) -> None:
    done = supabase("db", "push", f"--remote={url}", "--yes", home=project.folder)
    assert done.returncode == 0, done.stdout + done.stderr


def applied(project: Project, url: str) -> list[str]:
    return [each.migration.name for each in asyncio.run(migrate.apply(url, project.migrations))]


def test_either_goes_on_where_the_other_stopped_and_both_record_the_same(
    project: Project, urls: list[str]
) -> None:
    ours, theirs = urls
    files = sorted(project.migrations.iterdir())
    later = {path: path.read_text() for path in files[3:]}
    for path in later:
        path.unlink()
    names = [path.stem[15:] for path in files]
    pushed(project, theirs)
    assert applied(project, ours) == names[:3]
    for number, (path, text) in enumerate(later.items(), start=3):
        path.write_text(text)
        # now each is at the database that the other left
        first, second = (ours, theirs) if number % 2 else (theirs, ours)
        pushed(project, first)
        assert applied(project, first) == []
        assert applied(project, second) == [names[number]]
    assert history(ours) == history(theirs)
    assert [row[1] for row in history(ours)] == names
    for url in urls:
        found = asyncio.run(migrate.pending(url, project.migrations))
        assert (found.pending, found.unknown, found.changed) == ((), (), ())
        listed = supabase("migration", "list", f"--remote={url}", home=project.folder)
        assert listed.returncode == 0, listed.stderr
        for path in files:
            assert listed.stdout.count(path.name[:14]) == 2, listed.stdout
    with psycopg.connect(ours, autocommit=True) as connection:
        connection.execute("drop view public.by_hand")
    assert left(ours, project.wanted()) == []
