"""The line without HTTP answers what HTTP answers, byte for byte."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from notion_emulator import Workspace
from notion_emulator.api.direct import Direct
from tests.emulator.client import Api, Clock

PARENT = "0b2c1a3e-5d4f-4a6b-8c7d-9e0f1a2b3c4d"
SOURCE = "1b2c1a3e-5d4f-4a6b-8c7d-9e0f1a2b3c4d"
PAGE = "2b2c1a3e-5d4f-4a6b-8c7d-9e0f1a2b3c4d"
NOBODY = "3b2c1a3e-5d4f-4a6b-8c7d-9e0f1a2b3c4d"

CALLS: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/v1/users/me", None),
    ("GET", "/v1/users?page_size=1", None),
    ("GET", "/v1/users?page_size=none", None),
    ("POST", "/v1/search", {"filter": {"property": "object", "value": "data_source"}}),
    ("POST", f"/v1/data_sources/{SOURCE}/query", {"page_size": 1}),
    ("POST", f"/v1/data_sources/{SOURCE}/query", {"page_size": 101}),
    ("POST", f"/v1/data_sources/{NOBODY}/query", {}),
    (
        "POST",
        "/v1/pages",
        {
            "parent": {"data_source_id": SOURCE},
            "properties": {"Name": {"title": [{"text": {"content": "New"}}]}},
        },
    ),
    ("PATCH", f"/v1/pages/{PAGE}", {"properties": {"Size": {"number": 4}}}),
    ("PATCH", f"/v1/pages/{PAGE}", {"properties": {"Size": {"number": "four"}}}),
    ("PATCH", f"/v1/pages/{PAGE}", {"archived": True}),
    ("PATCH", f"/v1/pages/{PAGE}", ["no object"]),
    ("GET", f"/v1/pages/{PAGE}", None),
    ("GET", f"/v1/pages/{PAGE}/properties/title?page_size=5", None),
    ("GET", f"/v1/pages/{PAGE}?filter_properties=Size", None),
    ("GET", f"/v1/pages/{PAGE}/properties/%3Anone", None),
    ("GET", "/v1/pages/no-id", None),
    ("PUT", f"/v1/pages/{PAGE}", {}),
    ("GET", "/v1/nothing/of/the/kind", None),
    ("PATCH", f"/v1/pages/{PAGE}", {"in_trash": True}),
    ("GET", f"/v1/databases/{PARENT}", None),
)


def made(clock: Clock, budget: int) -> Workspace:
    workspace = Workspace(clock=clock, seed=7, requests_per_minute=budget)
    workspace.create_database(
        {
            "parent": {"type": "workspace", "workspace": True},
            "initial_data_source": {"properties": {"Name": {"title": {}}, "Size": {"number": {}}}},
        },
        id=PARENT,
        data_source_id=SOURCE,
    )
    for number, page in ((1, PAGE), (2, None)):
        body = {"parent": {"data_source_id": SOURCE}, "properties": {"Size": {"number": number}}}
        workspace.create_page(body, id=page)
    return workspace


@pytest.mark.parametrize("budget", [0, 5])
def test_every_request_is_answered_as_over_http(clock: Clock, budget: int) -> None:
    far, near = Api(made(clock, budget)), Direct(made(clock, budget))
    near.workspace.state.storage.base_url = "http://notion"
    statuses = set()
    for method, address, body in CALLS:
        answer = far.exchange(method, address, body)
        path, _, query = address.partition("?")
        params = dict(part.split("=") for part in query.split("&") if part)
        content = b"" if body is None else orjson.dumps(body)
        mine = near.ask(method, path, params, content)
        assert (mine.status, mine.content) == (answer.status_code, answer.content), address
        assert all(answer.headers[name] == text for name, text in mine.headers.items())
        assert ("retry-after" in answer.headers) == ("Retry-After" in mine.headers)
        statuses.add(mine.status)
        clock.pass_(seconds=1)
    assert statuses >= ({200, 400, 404} if budget == 0 else {200, 429})
    assert [r.status for r in near.workspace.requests.last] == [
        r.status for r in far.workspace.requests.last
    ]
