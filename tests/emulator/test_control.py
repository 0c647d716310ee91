"""The control of a served workspace, as somebody with curl uses it."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from notion_emulator import Workspace, create_app, serve
from notion_emulator.__main__ import main
from notion_emulator.api.control import ORDERS
from tests.emulator.client import Api, Clock, create, row, titled

Json = dict[str, Any]
Send = Callable[..., Json]


def ask(
    workspace: Workspace, method: str, path: str, body: object = None, token: str | None = None
) -> httpx2.Response:
    async def send() -> httpx2.Response:
        transport = httpx2.ASGITransport(create_app(workspace, control=True))
        async with httpx2.AsyncClient(transport=transport, base_url="http://notion") as client:
            content = None if body is None else json.dumps(body).encode()
            headers = {"Authorization": f"Bearer {token or workspace.token}"}
            return await client.request(method, path, content=content, headers=headers)

    return asyncio.run(send())


@pytest.fixture
def order(workspace: Workspace) -> Send:
    def send(method: str, path: str, body: object = None, status: int = 200) -> Json:
        answer = ask(workspace, method, "/_control" + path, body)
        assert answer.status_code == status, answer.text
        found: Json = answer.json()
        return found

    return send


def test_there_is_no_control_unless_asked_for(api: Api) -> None:
    assert api.get("/_control/clock", 400)["code"] == "invalid_request_url"


def test_the_control_takes_the_workspaces_own_token(workspace: Workspace) -> None:
    for method, path, _ in ORDERS:
        where = "/_control" + path.replace("{id}", "x")
        assert ask(workspace, method, where, {}, token="other").status_code == 401


def test_a_word_that_is_not_known_is_refused(order: Send) -> None:
    assert "unknown: sett" in order("POST", "/clock", {"sett": 1}, 400)["message"]
    assert (
        "gremlins" in order("POST", "/faults", {"rules": [{"fault": "gremlins"}]}, 400)["message"]
    )
    assert "id is missing" in order("POST", "/share", {}, 400)["message"]
    assert "no user" in order("POST", "/pages", {"body": {}, "by": "nobody"}, 400)["message"]
    order("POST", "/faults", {"rules": [{"fault": "conflict", "hook": "x"}]}, 400)
    order("POST", "/faults", [], 400)


# ---- time


def test_time_can_be_set_stopped_and_moved_on(
    workspace: Workspace, order: Send, clock: Clock
) -> None:
    assert order("GET", "/clock") == {"now": "2026-11-22T10:04:30.250000+00:00", "frozen": False}
    order("POST", "/clock", {"set": "2030-01-01T12:00:00Z"})
    clock.pass_(seconds=5)
    assert order("GET", "/clock")["now"] == "2030-01-01T12:00:05+00:00"
    order("POST", "/clock", {"advance": 60, "freeze": True})
    clock.pass_(days=1)
    assert order("GET", "/clock") == {"now": "2030-01-01T12:01:05+00:00", "frozen": True}
    order("POST", "/clock", {"advance": 1})
    order("POST", "/clock", {"freeze": False})
    clock.pass_(seconds=1)
    assert order("GET", "/clock") == {"now": "2030-01-01T12:01:07+00:00", "frozen": False}
    page = row(workspace, create(workspace, "Things", {}), "One")
    assert workspace.page(page)["created_time"] == "2030-01-01T12:01:00.000Z"
    order("POST", "/clock", {"reset": True})
    assert workspace.now == clock.now
    order("POST", "/clock", {"set": "2030-01-01T12:00:00"}, 400)


# ---- faults


def test_faults_can_be_planned_listed_and_cleared(
    workspace: Workspace, order: Send, api: Api
) -> None:
    rule = {"fault": "conflict", "method": "PATCH", "path": "/v1/pages/*", "nth": 1}
    order("POST", "/faults", {"rules": [rule]})
    page = row(workspace, create(workspace, "Things", {}), "One")
    api.patch(f"/v1/pages/{page}", {"is_locked": True}, 409)
    api.patch(f"/v1/pages/{page}", {"is_locked": True})
    assert order("GET", "/faults") == {"rules": [{**rule, "nth": [1], "fitting": 2, "struck": 1}]}
    assert order("DELETE", "/faults") == {"rules": []}
    planned = order("POST", "/faults", {"rates": {"conflict": 0.5, "cut": 0.0}, "seed": 4})
    assert [one["fault"] for one in planned["rules"]] == ["conflict", "cut"]
    statuses = [
        api.send("PATCH", f"/v1/pages/{page}", {"is_locked": True}, status=status)["object"]
        for status in _struck(workspace, 20)
    ]
    assert 0 < statuses.count("error") < 20


def _struck(workspace: Workspace, count: int) -> list[int]:
    """Return which statuses the same plan gives in a workspace of its own."""
    twin = Workspace(clock=workspace.clock, seed=9)
    twin.faults.draw({"conflict": 0.5, "cut": 0.0}, 4)
    page = row(twin, create(twin, "Things", {}), "One")
    found = []
    for _ in range(count):
        answer = ask(twin, "PATCH", f"/v1/pages/{page}", {"is_locked": True})
        found.append(answer.status_code)
    return [200 if status == 400 else status for status in found]


def test_rows_change_as_the_control_says(workspace: Workspace, order: Send, api: Api) -> None:
    source = create(workspace, "Things", {})
    pages = [row(workspace, source, str(one)) for one in range(4)]
    action = {"do": "trash", "page_id": pages[0]}
    order("POST", "/faults", {"rules": [{"fault": "rows_change", "actions": [action]}]})
    assert len(api.walk(source, size=2)) == 3


def test_search_budgets_and_cursors_obey(workspace: Workspace, order: Send, api: Api) -> None:
    source = create(workspace, "Things", {})
    page = row(workspace, source, "One")
    row(workspace, source, "Two")
    assert order("PATCH", "/search", {"omitted": [page]})["omitted"] == [page]
    assert page not in [one["id"] for one in api.post("/v1/search", {})["results"]]
    assert order("GET", "/search")["rate"] == 0
    cursor = api.query(source, {"page_size": 1})["next_cursor"]
    order("POST", "/cursors/expire")
    api.query(source, {"start_cursor": cursor}, 400)
    order("PATCH", "/limits", {"requests_per_minute": 1, "workspace_seconds": 90})
    assert order("GET", "/limits") == {
        "requests_per_minute": 1,
        "workspace_requests": 0,
        "workspace_seconds": 90,
    }
    statuses = [ask_as_client(workspace) for _ in range(2)]
    assert statuses[-1] == 429


def ask_as_client(workspace: Workspace) -> int:
    api = Api(workspace)
    try:
        api.get("/v1/users/me")
    except AssertionError:
        return api.last.status_code
    return 200


# ---- people


def test_a_token_is_given_out_with_what_it_may_do(workspace: Workspace, order: Send) -> None:
    token = order("POST", "/tokens", {"update_content": False, "users": "none"})["token"]
    limited = Api(workspace, token=token)
    limited.post("/v1/search", {})
    limited.patch(f"/v1/pages/{workspace.bot_id}", {}, 403)
    limited.get("/v1/users", 403)
    assert "unknown: power" in order("POST", "/tokens", {"power": True}, 400)["message"]


def test_people_edit_trash_and_restore(workspace: Workspace, order: Send, api: Api) -> None:
    source = create(workspace, "Things", {"N": {"number": {}}})
    ada = order("POST", "/people", {"name": "Ada", "email": "ada@example.org"})["id"]
    assert ada in [one["id"] for one in order("GET", "/people")["people"]]
    body = {"parent": {"data_source_id": source}, "properties": {"Name": titled("One")}}
    page = order("POST", "/pages", {"body": body, "by": ada})
    assert page["created_by"]["id"] == ada
    edit = {"properties": {"N": {"number": 4}}}
    words = {"body": edit, "by": ada, "at": "2026-11-23T09:30:10Z"}
    path = f"/pages/{page['id']}"
    order("PATCH", path, words)
    seen = api.get(f"/v1{path}")
    assert seen["last_edited_time"] == "2026-11-23T09:30:00.000Z"
    assert (seen["last_edited_by"]["id"], seen["properties"]["N"]["number"]) == (ada, 4)
    assert order("POST", f"{path}/trash")["in_trash"] is True
    assert api.get(f"/v1{path}")["last_edited_by"]["id"] == ada  # the first person there is
    assert order("POST", f"{path}/restore", {"by": ada})["in_trash"] is False
    other = create(workspace, "Others", {})
    moved = order("POST", f"{path}/move", {"parent": {"data_source_id": other}})
    assert moved["parent"]["data_source_id"] == other
    order("PATCH", path, {"body": {"properties": {"Nowhere": {"number": 1}}}}, 400)


def test_sharing_is_taken_and_given(workspace: Workspace, order: Send, api: Api) -> None:
    source = create(workspace, "Things", {})
    order("POST", "/unshare", {"id": source})
    api.query(source, status=404)
    order("POST", "/share", {"id": source})
    api.query(source)
    order("POST", "/share", {"id": "nonsense"}, 400)


# ---- what is known


def test_the_log_and_the_switches_are_read(workspace: Workspace, order: Send, api: Api) -> None:
    page = row(workspace, create(workspace, "Things", {}), "One")
    api.patch(f"/v1/pages/{page}", {"in_trash": True})
    api.get("/v1/users/me")
    log = order("GET", "/requests?limit=2")
    assert log["count"] == 2
    assert log["requests"][0]["changes"][0] == ["page.deleted", page]
    assert log["requests"][1]["path"] == "/v1/users/me"
    assert order("DELETE", "/requests") == {"count": 0, "requests": []}
    assert order("GET", "/switches")["unknown_property"] == "reject"


def test_a_snapshot_is_read_and_loaded(workspace: Workspace, order: Send) -> None:
    source = create(workspace, "Things", {})
    page = row(workspace, source, "One")
    kept = order("GET", "/snapshot")
    workspace.trash_page(page)
    assert order("PUT", "/snapshot", kept) == {"token": workspace.token}
    assert workspace.page(page)["in_trash"] is False
    order("PUT", "/snapshot", {"format": "other"}, 400)


# ---- webhooks


def test_webhooks_are_subscribed_and_driven(workspace: Workspace, order: Send) -> None:
    heard: list[Json] = []

    async def post(_url: str, body: bytes, _headers: dict[str, str]) -> int:
        heard.append(json.loads(body))
        return 200

    workspace.webhooks.sender = post
    source = create(workspace, "Things", {})
    one = order("POST", "/webhooks", {"url": "https://a.example", "event_types": ["page.created"]})
    path = f"/webhooks/{one['id']}"
    assert one["status"] == "pending"
    assert order("POST", "/webhooks/deliver") == {"attempts": 1}
    order("POST", f"{path}/verify", {"token": "secret_wrong"}, 400)
    order("POST", f"{path}/verify", {"token": heard[0]["verification_token"]})
    order("POST", f"{path}/token")
    order("PATCH", "/webhooks", {"pace": {"gathering": 3}, "disturbance": {"doubled": 1.0}})
    row(workspace, source, "One")
    order("POST", "/clock", {"advance": 3})
    assert order("POST", "/webhooks/deliver") == {"attempts": 3}
    assert [entry.get("type") for entry in heard[1:]] == [None, "page.created", "page.created"]
    assert len(order("GET", "/webhooks/deliveries")["deliveries"]) == 4
    known = order("GET", "/webhooks")
    assert known["subscriptions"][0]["status"] == "active"
    assert (known["pace"]["gathering"], known["disturbance"]["doubled"]) == (3, 1.0)
    order("POST", f"{path}/pause")
    assert order("GET", "/webhooks")["subscriptions"][0]["status"] == "paused"
    order("DELETE", path)
    assert order("GET", "/webhooks")["subscriptions"] == []
    order("DELETE", path, status=400)


# ---- the program


def test_a_served_workspace_has_its_control_when_asked(workspace: Workspace) -> None:
    async def talk(*, control: bool) -> int:
        async with serve(workspace, control=control) as url, httpx2.AsyncClient() as client:
            headers = {"Authorization": f"Bearer {workspace.token}"}
            answer = await client.get(f"{url}/_control/clock", headers=headers)
            return answer.status_code

    assert asyncio.run(talk(control=True)) == 200
    assert asyncio.run(talk(control=False)) == 400


def test_the_program_knows_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "--control" in capsys.readouterr().out
