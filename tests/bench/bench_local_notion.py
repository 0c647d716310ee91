"""How fast the local Notion starts from a data file, answers and writes.

``ACCORD_BENCH_PAGES`` says how many pages (100,000 by default). Queries ask the program on its
port for 100 pages each: cold, every page for the first time since the start; warm, the same
pages again, the best of some walks. Edits go through the application in this process.
"""

import asyncio
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import httpx2

from notion_emulator import Workspace, create_app
from notion_emulator.sample import build_generated

PAGES = int(os.environ.get("ACCORD_BENCH_PAGES", "100000"))
EDITS = 500
WARM_WALKS = 5
SOURCE = "NOTION_CONTACTS_PROFILES_DB"
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
        yield from measure_program(data)
        workspace = Workspace(data=data)
        source = workspace.environment[SOURCE]
        client = Client(workspace)
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


def measure_program(data: Path) -> Iterator[tuple[str, float, str]]:
    """Measure the program with a data file, asked over HTTP."""
    began = time.perf_counter()
    with served(data) as environment:
        yield "start the program from the data file", time.perf_counter() - began, "s"
        walks = [walk(environment) for _ in range(1 + WARM_WALKS)]
        yield "queries over HTTP, cold", walks[0], "/s"
        yield "queries over HTTP, warm", max(walks[1:]), "/s"


@contextmanager
def served(data: Path) -> Iterator[dict[str, str]]:
    """Start the program; give its environment as soon as it can be asked."""
    program = [sys.executable, "-m", "notion_emulator", "--port", "0", "--data", str(data)]
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            environment: dict[str, str] = {}
            while SOURCE not in environment:
                name, _, value = process.stdout.readline().rstrip().partition("=")
                environment[name] = value
            yield environment
        finally:
            process.send_signal(signal.SIGINT)


def walk(environment: dict[str, str]) -> float:
    """Ask for all pages that a data source lists; answer how many queries a second that were."""
    connection = HTTPConnection(environment["NOTION_API_URL"].removeprefix("http://"))
    headers = {
        "Authorization": f"Bearer {environment['NOTION_API_TOKEN']}",
        "Notion-Version": "2026-03-11",
        "Content-Type": "application/json",
    }
    path = f"/v1/data_sources/{environment[SOURCE]}/query"
    body: dict[str, object] | None = {"page_size": 100}
    queries = 0
    began = time.perf_counter()
    while body is not None:
        connection.request("POST", path, json.dumps(body), headers)
        # Half a megabyte of JSON takes a client longer to read than it took to write.
        answer = connection.getresponse().read()
        cursor = _CURSOR.search(answer, len(answer) - 1000)
        queries += 1
        body = {**body, "start_cursor": cursor[1].decode()} if cursor else None
    rate = queries / (time.perf_counter() - began)
    connection.close()
    return rate


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

    async def edit(self, pages: list[str], edits: int) -> None:
        """Change so many pages, one after the other."""
        async with self._client() as client:
            for number in range(edits):
                body = {
                    "icon": {"type": "external", "external": {"url": f"https://x.example/{number}"}}
                }
                answer = await client.patch(f"/v1/pages/{pages[number % len(pages)]}", json=body)
                answer.raise_for_status()
