"""A workspace with a clock that stands still, and a client that speaks HTTP to it."""

import asyncio
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from notion_emulator import Workspace, create_app

Json = dict[str, Any]
START = datetime(2026, 11, 22, 10, 4, 30, 250_000, tzinfo=UTC)


@dataclass
class Clock:
    """A clock that moves only when told."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **step: float) -> None:
        self.now += timedelta(**step)


@dataclass
class Api:
    """Sends requests to a workspace as a client would; what it expects it says."""

    workspace: Workspace
    version: str | None = "2026-03-11"
    token: str | None = None
    last: httpx2.Response = field(init=False)

    def send(self, method: str, path: str, body: object = None, status: int = 200) -> Json:
        answer: Json = self.exchange(method, path, body).json()
        assert self.last.status_code == status, answer
        return answer

    def exchange(self, method: str, path: str, body: object = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token or self.workspace.token}"}
        if self.version is not None:
            headers["Notion-Version"] = self.version
        content = None if body is None else json.dumps(body).encode()
        self.last = asyncio.run(self._send(method, path, content, headers))
        return self.last

    async def _send(
        self, method: str, path: str, content: bytes | None, headers: dict[str, str]
    ) -> httpx2.Response:
        transport = httpx2.ASGITransport(create_app(self.workspace))
        async with httpx2.AsyncClient(transport=transport, base_url="http://notion") as client:
            return await client.request(method, path, content=content, headers=headers)

    def get(self, path: str, status: int = 200) -> Json:
        return self.send("GET", path, None, status)

    def post(self, path: str, body: object, status: int = 200) -> Json:
        return self.send("POST", path, body, status)

    def patch(self, path: str, body: object, status: int = 200) -> Json:
        return self.send("PATCH", path, body, status)

    def delete(self, path: str, status: int = 200) -> Json:
        return self.send("DELETE", path, None, status)

    def query(self, source: str, body: object = None, status: int = 200) -> Json:
        return self.post(f"/v1/data_sources/{source}/query", body or {}, status)

    def walk(self, source: str, body: Json | None = None, size: int = 100) -> list[Json]:
        """Return all rows of a query, page after page."""
        rows: list[Json] = []
        asked: Json = {**(body or {}), "page_size": size}
        while True:
            answer = self.query(source, asked)
            rows += answer["results"]
            if not answer["has_more"]:
                return rows
            asked["start_cursor"] = answer["next_cursor"]


def text(content: str) -> list[Json]:
    return [{"type": "text", "text": {"content": content}}]


def titled(content: str) -> Json:
    return {"title": text(content)}


def create(workspace: Workspace, title: str, properties: Json) -> str:
    """Create a database and return the id of its data source."""
    database = workspace.create_database(
        {
            "parent": {"workspace": True},
            "title": text(title),
            "initial_data_source": {"properties": {"Name": {"title": {}}, **properties}},
        }
    )
    return str(database["data_sources"][0]["id"])


def row(workspace: Workspace, source: str, name: str = "", **properties: Any) -> str:
    """Create a row and return its id."""
    values = {"Name": titled(name), **properties} if name else properties
    page = workspace.create_page({"parent": {"data_source_id": source}, "properties": values})
    return str(page["id"])
