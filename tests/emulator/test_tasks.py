"""Asynchronous tasks: answered at once, done when their time has come."""

from typing import Any

import pytest

from notion_emulator import Switches, Workspace
from tests.emulator.client import Api, Clock

Json = dict[str, Any]


@pytest.fixture
def slow(clock: Clock) -> Api:
    return Api(Workspace(clock=clock, switches=Switches(async_task_seconds=5)))


def root(api: Api) -> str:
    return str(api.workspace.create_page({"parent": {"workspace": True}})["id"])


def insert(api: Api, page: str, status: int = 202, **more: Any) -> Json:
    body = {"type": "insert_content", "insert_content": {"content": "x"}, **more}
    return api.patch(f"/v1/pages/{page}/markdown", {"allow_async": True, **body}, status)


def test_a_task_is_done_when_its_time_has_come(slow: Api, clock: Clock) -> None:
    page = root(slow)
    task = insert(slow, page)
    assert task["status_url"].endswith(f"/v1/async_tasks/{task['id']}")
    again = slow.get(f"/v1/async_tasks/{task['id']}")
    assert (again["status"], again["poll_after_seconds"]) == ("queued", 2)
    assert slow.get(f"/v1/pages/{page}/markdown")["markdown"] == ""
    clock.pass_(seconds=5)
    assert slow.get(f"/v1/pages/{page}/markdown")["markdown"] == "x"
    done = slow.get(f"/v1/async_tasks/{task['id']}")
    assert (done["status"], done["result"]["markdown"]) == ("succeeded", "x")
    assert slow.get(f"/v1/pages/{page}/markdown")["markdown"] == "x"


def test_a_task_that_fails_says_why(api: Api) -> None:
    page = root(api)
    update = {"content_updates": [{"old_str": "not there", "new_str": "x"}]}
    task = insert(api, page, type="update_content", update_content=update)
    done = api.get(f"/v1/async_tasks/{task['id']}")
    assert done["status"] == "failed"
    assert list(done["error"]) == ["object", "status", "code", "message"]
    assert (done["error"]["status"], done["error"]["code"]) == (400, "validation_error")


def test_what_is_plainly_wrong_is_refused_at_once(api: Api) -> None:
    insert(api, "3839ce7b-60a4-8168-ba4d-000b1ee50a86", 404)
    error = insert(api, root(api), 400, allow_async="yes")
    assert "body.allow_async should be a boolean" in error["message"]
    api.get("/v1/async_tasks/task_0", 404)


def test_a_page_can_be_created_by_a_task(api: Api) -> None:
    body: Json = {"parent": {"page_id": root(api)}, "allow_async": True}
    assert api.post("/v1/pages", body)["object"] == "page"
    task = api.post("/v1/pages", {**body, "markdown": "# Later\nx"}, 202)
    assert task["operation"] == {"surface": "rest", "name": "POST /v1/pages"}
    done = api.get(f"/v1/async_tasks/{task['id']}")
    page = done["result"]["id"]
    assert done["result"]["object"] == "page"
    assert api.get(f"/v1/pages/{page}/markdown")["markdown"] == "x"
