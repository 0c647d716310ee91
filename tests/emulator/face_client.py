"""A person at the face of the local Notion: opens pages, fills editors, sends them."""

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import httpx2

from notion_emulator import Workspace, create_app
from notion_emulator.face.shown import key_of

Form = Mapping[str, Any]
HOME = "http://127.0.0.1"


@dataclass
class Person:
    """Somebody with a browser. What is expected is said; else it is a page, 200."""

    workspace: Workspace
    cookies: dict[str, str] = field(default_factory=dict)
    last: httpx2.Response = field(init=False)

    def send(
        self,
        method: str,
        path: str,
        *,
        status: int = 200,
        content: str | None = None,
        headers: dict[str, str] | None = None,
        home: str = HOME,
    ) -> str:
        cookie = {"cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        self.last = asyncio.run(
            self._send(method, home + path, content, {**cookie, **(headers or {})})
        )
        assert self.last.status_code == status, self.last.text
        return self.last.text

    async def _send(
        self, method: str, url: str, content: str | None, headers: dict[str, str]
    ) -> httpx2.Response:
        transport = httpx2.ASGITransport(create_app(self.workspace, face=True))
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.request(method, url, content=content, headers=headers)

    def get(self, path: str, status: int = 200) -> str:
        return self.send("GET", path, status=status)

    def post(self, path: str, form: Form | None = None, status: int = 200) -> str:
        headers = {
            "content-type": "application/x-www-form-urlencoded",
            "sec-fetch-site": "same-origin",
            "hx-request": "true",
        }
        content = urlencode(form or {}, doseq=True)
        return self.send("POST", path, status=status, content=content, headers=headers)

    def cell(self, page_id: str, name: str) -> str:
        """The address of a cell."""
        page = self.workspace.state.pages[page_id]
        prop = self.workspace.state.schema_of(page).find(name)
        assert prop is not None
        return f"/pages/{page_id}/{key_of(prop)}"

    def edit(self, page_id: str, name: str, form: Form, status: int = 200) -> str:
        return self.post(self.cell(page_id, name), form, status)


def words(html: str) -> str:
    """What stands on a page, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))
