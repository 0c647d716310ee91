"""A workspace on a real port while the test goes on: the server has a thread of its own.

Rule: the client under test runs in this process or in another, it never shares an event loop
with the server.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread

from notion_emulator import Workspace, serve


@contextmanager
def served(workspace: Workspace) -> Iterator[str]:
    """Serve a workspace while the context is open; give its base URL."""
    address: Future[str] = Future()
    loop = asyncio.new_event_loop()
    finished = asyncio.Event()

    async def stay() -> None:
        try:
            async with serve(workspace) as url:
                address.set_result(url)
                await finished.wait()
        except OSError as error:
            address.set_exception(error)

    thread = Thread(target=loop.run_until_complete, args=(stay(),), name="local Notion")
    thread.start()
    try:
        yield address.result()
    finally:
        loop.call_soon_threadsafe(finished.set)
        thread.join()
        loop.close()
