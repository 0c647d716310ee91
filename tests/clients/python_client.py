"""The public Python client, in both its forms, behind one way of asking.

Rule: a test is written once, as a coroutine; what the synchronous client answers at once and
what the other lets one await are the same to it.
"""

import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from notion_client import AsyncClient, Client

Json = dict[str, Any]
FORMS = ("sync", "async")
VERSION = "2026-03-11"


async def settled(answer: Any) -> Any:
    """Return an answer, awaited where the client lets one wait for it."""
    return await answer if inspect.isawaitable(answer) else answer


@asynccontextmanager
async def connected(form: str, url: str, token: str) -> AsyncIterator[Any]:
    """Give a client of the form ``sync`` or ``async`` that does not retry."""
    options: Json = {"auth": token, "base_url": url, "notion_version": VERSION, "retry": False}
    if form == "sync":
        client = Client(**options)
        try:
            yield client
        finally:
            client.close()
    else:
        waiting = AsyncClient(**options)
        try:
            yield waiting
        finally:
            await waiting.aclose()


async def collected(function: Any, **arguments: Any) -> list[Json]:
    """Return all results of a paginated call."""
    results: list[Json] = []
    cursor: Json = {}
    while True:
        answer = await settled(function(**arguments, **cursor))
        results += answer["results"]
        if not answer["has_more"]:
            return results
        cursor = {"start_cursor": answer["next_cursor"]}
