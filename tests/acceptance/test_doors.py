"""The guide's commands through each door to Supabase: both directions, with edits on each side.

Rule: people write SQL to the database itself; the product knows the door alone.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from accord.local_postgres import EmbeddedPostgres
from tests.acceptance.conftest import Done, LocalNotion, command
from tests.doors import lite, pgbouncer

SYNC = "tools.sync_databases"
OLDEST = Path("/usr/lib/postgresql/15/bin")


@dataclass(frozen=True)
class Ways:
    """A workspace and a database.

    Args:
        notion: the environment of the Notion side.
        url: where people write SQL.
        supabase: the environment of the Supabase side: one door and nothing else.
    """

    notion: dict[str, str]
    url: str
    supabase: dict[str, str]

    def run(self, *words: str, expected: int = 0) -> Done:
        done = command(*words, env={**self.notion, **self.supabase})
        assert done.code == expected, done.said
        return done

    def sql(self, statement: str, *values: Any) -> list[Any]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), values)
            return [row[0] for row in cursor.fetchall()] if cursor.description else []

    def page(self, page_id: str, change: dict[str, Any] | None = None) -> Any:
        """A page in Notion, after changing it if there is a change."""
        answer = httpx2.request(
            "PATCH" if change else "GET",
            f"{self.notion['NOTION_API_URL']}/v1/pages/{page_id}",
            headers={
                "Authorization": f"Bearer {self.notion['NOTION_API_TOKEN']}",
                "Notion-Version": "2026-03-11",
            },
            json=change,
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def notion() -> Iterator[dict[str, str]]:
    local = LocalNotion("--sample")
    yield {**local.environment, "NOTION_REQUESTS_PER_MINUTE": "0"}
    local.stop()


@pytest.fixture
def older_url() -> Iterator[str]:
    if not OLDEST.is_dir():
        pytest.skip("Postgres 15 is not installed (Debian: apt-get install postgresql-15)")
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="accord-postgres-"))
        patch.setenv("SYNC_PG_BIN", str(OLDEST))
        yield stack.enter_context(EmbeddedPostgres(Path(folder), fast=True)).url()


def set_up(notion: dict[str, str], url: str) -> None:
    done = command("tools.supabase_db_setup", env={**notion, "SUPABASE_DB_URL": url})
    assert done.code == 0, done.said


def test_both_directions_work_on_the_oldest_postgres(
    notion: dict[str, str], older_url: str
) -> None:
    set_up(notion, older_url)
    edits_on_each_side_arrive(Ways(notion, older_url, {"SUPABASE_DB_URL": older_url}))


@pytest.mark.skipif(pgbouncer.lacking() is not None, reason=str(pgbouncer.lacking()))
def test_both_directions_and_the_set_up_work_through_a_transaction_pooler(
    notion: dict[str, str], postgres_url: str
) -> None:
    with pgbouncer.PgBouncer(postgres_url) as pooler:
        pooled = pooler.url(postgres_url)
        set_up(notion, pooled)
        edits_on_each_side_arrive(Ways(notion, postgres_url, {"SUPABASE_DB_URL": pooled}))


@pytest.mark.skipif(lite.lacking() is not None, reason=str(lite.lacking()))
def test_both_directions_work_by_address_and_api_key_alone(
    notion: dict[str, str], postgres_url: str
) -> None:
    set_up(notion, postgres_url)
    with lite.Lite(postgres_url) as api:
        by_key = {"SUPABASE_URL": api.api.url, "SUPABASE_API_KEY": api.api.key}
        ways = Ways(notion, postgres_url, by_key)
        edits_on_each_side_arrive(ways)
        revoked = Ways(notion, postgres_url, {**by_key, "SUPABASE_API_KEY": "sb_secret_revoked"})
        told = revoked.run("accord", "status", expected=2)
        assert "It may be revoked" in told.said
        everybodys = {**by_key, "SUPABASE_API_KEY": api.publishable}
        told = Ways(notion, postgres_url, everybodys).run(SYNC, expected=2)
        assert "publishable key" in told.said
        assert api.publishable[15:] not in told.said


def edits_on_each_side_arrive(ways: Ways) -> None:
    """A first load; then each side is edited, made, linked and deleted; then quiet."""
    loaded = ways.run(SYNC, "--no-stamps")
    assert "95 rows in Supabase" in loaded.said
    first, second, third, fourth = ways.sql(
        "select notion_page_id::text from contacts_profiles order by id limit 4"
    )
    tasks = ways.sql("select notion_page_id::text from tasks order by id limit 2")
    ways.sql("update contacts_profiles set city = 'Rome' where notion_page_id = %s", first)
    ways.sql("insert into contacts_profiles (full_name, city) values ('Made by SQL', 'Łódź')")
    ways.sql("delete from contacts_profiles where notion_page_id = %s", second)
    ways.page(third, {"properties": {"City": {"rich_text": [{"text": {"content": "Oslo"}}]}}})
    ways.page(fourth, {"in_trash": True})
    ways.page(tasks[0], {"in_trash": True})
    ways.run(SYNC)
    assert text(ways.page(first), "City") == "Rome"
    assert ways.page(second)["in_trash"]
    (made,) = ways.sql(
        "select notion_page_id::text from contacts_profiles where full_name = 'Made by SQL'"
    )
    assert text(ways.page(made), "City") == "Łódź"
    assert ways.sql("select city from contacts_profiles where notion_page_id = %s", third) == [
        "Oslo"
    ]
    for table, page in (("contacts_profiles", fourth), ("tasks", tasks[0])):
        gone = f"select deleted_at is not null from {table} where notion_page_id = %s"
        assert ways.sql(gone, page) == [True]
    assert "There was nothing to write" in ways.run(SYNC).said
    ways.run("accord", "verify")


def text(page: Any, title: str) -> str:
    return "".join(part["plain_text"] for part in page["properties"][title]["rich_text"])
