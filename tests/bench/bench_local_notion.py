"""How fast the local Notion starts from a data file, answers and writes.

``ACCORD_BENCH_PAGES`` says how many pages (100,000 by default). Requests go through the
application in this process, without a network; a query asks for 100 pages.
"""

import asyncio
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2

from notion_emulator import Workspace, create_app
from notion_emulator.sample import build_generated

PAGES = int(os.environ.get("ACCORD_BENCH_PAGES", "100000"))
QUERIES = 250
EDITS = 500
_CURSOR = re.compile(rb'"next_cursor":"([^"]+)"')


def measure() -> Iterator[tuple[str, float, str]]:
    """Yield (what, figure, unit)."""
    directory = Path(tempfile.mkdtemp(prefix="accord-bench-"))
    data = directory / "notion.data"
    try:
        workspace = Workspace(data=data)
        build_generated(workspace, PAGES, 1)
        yield f"write {PAGES:,} pages to the data file", seconds(workspace.commit), "s"
        workspace.close()
        del workspace
        yield "start the program from the data file", seconds(lambda: start(data)), "s"
        workspace = Workspace(data=data)
        source = workspace.environment["NOTION_CONTACTS_PROFILES_DB"]
        client = Client(workspace)
        asyncio.run(client.walk(source, 20))
        began = time.perf_counter()
        asyncio.run(client.walk(source, QUERIES))
        yield "queries, each page for the first time", QUERIES / (time.perf_counter() - began), "/s"
        began = time.perf_counter()
        asyncio.run(client.walk(source, QUERIES))
        yield "queries, warm", QUERIES / (time.perf_counter() - began), "/s"
        pages = [one["id"] for one in workspace.query(source, {"page_size": 100})]
        began = time.perf_counter()
        asyncio.run(client.edit(pages, EDITS))
        yield "edits, each in the file", EDITS / (time.perf_counter() - began), "/s"
        snapshot = directory / "notion.json"
        yield "save a snapshot", seconds(lambda: workspace.save(snapshot)), "s"
        yield "its size", snapshot.stat().st_size / 1e6, "MB"
        workspace.close()
        yield "load a snapshot", seconds(lambda: Workspace().load(snapshot)), "s"
    finally:
        shutil.rmtree(directory)


def start(data: Path) -> None:
    """Start the program, until it can be asked."""
    program = [sys.executable, "-m", "notion_emulator", "--port", "0", "--data", str(data)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)


def seconds(action: Callable[[], None]) -> float:
    """Return how long an action takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


class Client:
    """Asks a workspace in this process."""

    def __init__(self, workspace: Workspace) -> None:
        self.app = create_app(workspace)
        self.headers = {
            "Authorization": f"Bearer {workspace.token}",
            "Notion-Version": "2026-03-11",
        }

    def _client(self) -> httpx2.AsyncClient:
        transport = httpx2.ASGITransport(self.app)
        return httpx2.AsyncClient(
            transport=transport, base_url="http://notion", headers=self.headers
        )

    async def walk(self, source: str, queries: int) -> None:
        """Make so many queries, one page of results after the other, from the start again."""
        body: dict[str, object] = {"page_size": 100}
        async with self._client() as client:
            for _ in range(queries):
                answer = await client.post(f"/v1/data_sources/{source}/query", json=body)
                # Half a megabyte of JSON takes a client longer to read than it took to write.
                cursor = _CURSOR.search(answer.content)
                body.pop("start_cursor", None)
                if cursor is not None:
                    body["start_cursor"] = cursor[1].decode()

    async def edit(self, pages: list[str], edits: int) -> None:
        """Change so many pages, one after the other."""
        async with self._client() as client:
            for number in range(edits):
                body = {
                    "icon": {"type": "external", "external": {"url": f"https://x.example/{number}"}}
                }
                answer = await client.patch(f"/v1/pages/{pages[number % len(pages)]}", json=body)
                answer.raise_for_status()
