"""A client that others wrote gets along with the local Notion."""

import asyncio
from typing import Any

from notion_client import AsyncClient
from notion_client.helpers import async_collect_paginated_api

from notion_emulator import Workspace, serve
from tests.emulator.client import create, row, titled


def test_the_public_python_client_creates_reads_and_walks(workspace: Workspace) -> None:
    source = create(workspace, "Things", {"N": {"number": {}}})
    for one in range(7):
        row(workspace, source, str(one), N={"number": one})

    async def use() -> tuple[Any, Any]:
        async with serve(workspace) as url:
            client = AsyncClient(auth=workspace.token, base_url=url, notion_version="2026-03-11")
            try:
                page = await client.pages.create(
                    parent={"data_source_id": source}, properties={"Name": titled("new")}
                )
                await client.pages.update(page["id"], properties={"N": {"number": 9}})
                rows = await async_collect_paginated_api(
                    client.data_sources.query, data_source_id=source, page_size=3
                )
                return await client.pages.retrieve(page["id"]), rows
            finally:
                await client.aclose()

    page, rows = asyncio.run(use())
    assert page["properties"]["N"]["number"] == 9
    assert len(rows) == 8
