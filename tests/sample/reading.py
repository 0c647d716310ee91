"""A workspace as a client reads it: every schema and every row, over HTTP."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2

from notion_emulator.sample import Environment, build_generated, build_sample
from notion_emulator.server import serve
from notion_emulator.workspace import Workspace

Json = dict[str, Any]

NOW = datetime(2026, 11, 22, 10, 4, 30, tzinfo=UTC)


@dataclass(frozen=True)
class Contents:
    """What a client finds in a workspace: schemas and pages by environment variable."""

    environment: Environment
    schemas: dict[str, Json]
    pages: dict[str, list[Json]]

    def all_pages(self) -> Iterator[Json]:
        for pages in self.pages.values():
            yield from pages

    def all_values(self) -> Iterator[Json]:
        for page in self.all_pages():
            yield from page["properties"].values()


async def read(workspace: Workspace, environment: Environment) -> Contents:
    contents = Contents(environment, {}, {})
    headers = {"Authorization": f"Bearer {workspace.token}", "Notion-Version": "2026-03-11"}
    async with (
        serve(workspace, host="127.0.0.1", port=0) as url,
        httpx2.AsyncClient(base_url=url, headers=headers) as client,
    ):
        for name, source in environment.items():
            if name == "NOTION_API_TOKEN":
                continue
            answer = await client.get(f"/v1/data_sources/{source}")
            contents.schemas[name] = answer.raise_for_status().json()
            contents.pages[name] = []
            cursor: Json = {}
            while True:
                answer = await client.post(f"/v1/data_sources/{source}/query", json=cursor)
                found = answer.raise_for_status().json()
                contents.pages[name] += found["results"]
                if not found["has_more"]:
                    break
                cursor = {"start_cursor": found["next_cursor"]}
    return contents


def generate(pages: int, seed: int) -> Contents:
    workspace = Workspace(clock=lambda: NOW)
    return asyncio.run(read(workspace, build_generated(workspace, pages, seed)))


def make_sample() -> Contents:
    workspace = Workspace(clock=lambda: NOW)
    return asyncio.run(read(workspace, build_sample(workspace)))
