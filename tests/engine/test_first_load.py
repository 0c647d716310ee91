"""The first load: every property of every page, compared with what SQL returns."""

from __future__ import annotations

import asyncio
import math
from collections import defaultdict
from typing import Any

import httpx2
import pytest

from notion_emulator import create_app
from tests.engine.conftest import NewWorld
from tests.engine.oracle import DATABASES, cell, held, is_mirror, parsed
from tests.engine.world import World


def test_every_cell_of_the_sample_is_in_sql(world: World) -> None:
    report = world.sync()
    assert report.problems == []
    assert len(report.tallies) == 16
    assert compare_all(world) >= 1_000


def test_every_cell_of_2000_generated_pages_is_in_sql(new_world: NewWorld) -> None:
    world = new_world(sample=False, pages=2_000, seed=7)
    report = world.sync()
    assert report.problems == []
    assert compare_all(world) >= 30_000


@pytest.mark.parametrize("pages", [0, 1_500])
def test_a_first_load_costs_few_requests(new_world: NewWorld, pages: int) -> None:
    world = new_world(sample=not pages, pages=pages)
    counts = {table: len(list(pages_of(world, table))) for table in world.ids}
    world.workspace.requests.clear()
    world.sync()
    queries: dict[str, int] = defaultdict(int)
    others = 0
    for request in world.workspace.requests.last:
        if request.path.endswith("/query"):
            queries[request.path.split("/")[-2].replace("-", "")] += 1
        else:
            others += 1
    for table, source in world.ids.items():
        assert queries[source.replace("-", "")] <= math.ceil(counts[table] / 100) + 1, table
    assert others <= 20
    world.workspace.requests.clear()
    world.sync()
    assert world.workspace.requests.count <= 20


def test_the_people_of_the_workspace_are_known(world: World) -> None:
    world.sync()
    rows = world.query("select name, email, kind from public.notion_users where kind = 'person'")
    assert len(rows) >= 4
    assert all(row["email"] for row in rows)


def pages_of(world: World, table: str) -> Any:
    """Every page object of a database, straight from the API."""
    return ask(world, "POST", f"/v1/data_sources/{world.ids[table]}/query", {"page_size": 100})


def ask(world: World, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """All results of a paginated endpoint."""

    async def collect() -> list[Any]:
        headers = {
            "Authorization": f"Bearer {world.workspace.token}",
            "Notion-Version": "2026-03-11",
        }
        results: list[Any] = []
        transport = httpx2.ASGITransport(app=create_app(world.workspace))
        async with httpx2.AsyncClient(
            transport=transport, base_url="http://127.0.0.1", headers=headers
        ) as client:
            cursor: dict[str, str] = {}
            while True:
                if method == "POST":
                    answer = await client.post(path, json={**(body or {}), **cursor})
                else:
                    answer = await client.get(path, params={**(body or {}), **cursor})
                answer.raise_for_status()
                found = answer.json()
                results.extend(found["results"])
                if not found["has_more"]:
                    return results
                cursor = {"start_cursor": found["next_cursor"]}

    return asyncio.run(collect())


def targets(world: World, page: dict[str, Any], prop: dict[str, Any]) -> list[str]:
    """All targets of a relation, the truncated ones too."""
    if prop["has_more"]:
        path = f"/v1/pages/{page['id']}/properties/{prop['id']}"
        return [item["relation"]["id"] for item in ask(world, "GET", path, {"page_size": "100"})]
    return [item["id"] for item in prop["relation"]]


def compare_all(world: World) -> int:
    """Compare every property of every page; answers how many."""
    compared = 0
    links = Links(world)
    for table, facts in DATABASES.items():
        rows = {
            str(row["notion_page_id"]): row for row in world.query(f"select * from public.{table}")
        }
        pages = pages_of(world, table)
        assert rows.keys() == {page["id"] for page in pages}, table
        for page in pages:
            row = rows[page["id"]]
            assert row["deleted_at"] is None
            for fact in [*facts["properties"], *facts["computed_in_notion"]]:
                if fact.get("managed"):
                    continue
                where = f"{table} {page['id']} {fact['name']}"
                prop = page["properties"][fact["name"]]
                if prop["type"] == "relation":
                    links.compare(table, fact, page["id"], targets(world, page, prop), row, where)
                else:
                    assert held(row[fact["column"]]) == cell(fact, prop), where
                    if fact.get("holds") == "json":
                        assert row[fact["column"] + "_json"] == parsed(row[fact["column"]]), where
                compared += 1
    return compared


class Links:
    """The links as SQL holds them, by page ids."""

    def __init__(self, world: World) -> None:
        self.pages: dict[str, str] = {}
        for table in DATABASES:
            for row in world.query(f"select id, notion_page_id from public.{table}"):
                self.pages[str(row["id"])] = str(row["notion_page_id"])
        self.world = world
        self.tables: dict[tuple[str, str], dict[str, list[str]]] = {}

    def of(self, link: list[str]) -> dict[str, list[str]]:
        """Owner page id -> target page ids in order, as seen from the link's owner column."""
        table, owner, target = link
        if (table, owner) not in self.tables:
            found: dict[str, list[str]] = defaultdict(list)
            for row in self.world.query(f"select * from public.{table} order by position"):
                found[self.pages[str(row[owner])]].append(self.pages[str(row[target])])
            self.tables[table, owner] = found
        return self.tables[table, owner]

    def compare(
        self,
        table: str,
        fact: dict[str, Any],
        page_id: str,
        shown: list[str],
        row: dict[str, Any],
        where: str,
    ) -> None:
        """One relation of one page."""
        if "link" in fact:
            there = self.of(fact["link"]).get(page_id, [])
            if is_mirror(table, fact["name"]):
                assert sorted(there) == sorted(shown), where
            else:
                assert there == shown, where
        elif "through" in fact:
            other, column = fact["through"].split(".")
            # A foreign key holds the first target; the page may be a further one.
            (title,) = (
                p["name"] for p in DATABASES[other]["properties"] if p.get("column") == column
            )
            found = self.world.query(
                f"select notion_page_id from public.{other} where {column} = %s"
                " or notion_extra -> %s -> 'more' ? %s",
                row["id"],
                title,
                page_id,
            )
            assert sorted(str(r["notion_page_id"]) for r in found) == sorted(shown), where
        else:
            held_id = row[fact["column"]]
            assert (self.pages[str(held_id)] if held_id else None) == (
                shown[0] if shown else None
            ), where
            if len(shown) > 1:
                assert row["notion_extra"][fact["name"]]["more"] == shown[1:], where
