"""Reading one answer ahead: Notion works on the next page while Postgres takes the last one.

Rule: at most one answer is held back, so memory stays bounded, and none is asked for after the
reader has left.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")


async def one_ahead(source: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """The items of ``source``, each asked for while the one before it is being used."""
    upcoming = asyncio.ensure_future(anext(source, None))
    try:
        while (item := await upcoming) is not None:
            upcoming = asyncio.ensure_future(anext(source, None))
            yield item
    finally:
        upcoming.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await upcoming
        await source.aclose()
