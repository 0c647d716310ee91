"""Webhooks: what subscribers are told, and when, in virtual time."""

import asyncio
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from threading import Thread
from typing import Any

import httpx2
import pytest

from notion_emulator import Switches, Workspace, serve
from notion_emulator.changes import Change
from notion_emulator.events import EVENT_TYPES
from notion_emulator.webhooks import Subscription, UnusableSubscriptionError, signature
from tests.emulator.client import Api, Clock, create, row, text, titled

Json = dict[str, Any]


@dataclass
class Ear:
    """A subscriber in this process; ``answers`` are its statuses, 200 when there are no more."""

    workspace: Workspace
    clock: Clock
    posts: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)
    answers: list[int | Exception] = field(default_factory=list)

    async def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        self.posts.append((url, body, headers))
        answer = self.answers.pop(0) if self.answers else 200
        if isinstance(answer, Exception):
            raise answer
        return answer

    def listen(self, seconds: float = 10) -> list[Json]:
        """Let time pass and return what was heard."""
        self.clock.pass_(seconds=seconds)
        self.posts.clear()
        asyncio.run(self.workspace.webhooks.deliver_due())
        return [json.loads(body) for _, body, _ in self.posts]

    def types(self, seconds: float = 10) -> list[str]:
        return [one["type"] for one in self.listen(seconds)]


@pytest.fixture
def ear(workspace: Workspace, clock: Clock) -> Ear:
    ear = Ear(workspace, clock)
    workspace.webhooks.sender = ear.post
    return ear


@pytest.fixture
def source(workspace: Workspace) -> str:
    return create(workspace, "Things", {"N": {"number": {}}, "M": {"number": {}}})


@pytest.fixture
def subscription(workspace: Workspace, source: str) -> Subscription:
    assert source
    types = [one for one in EVENT_TYPES if not one.endswith("content_updated")]
    return workspace.webhooks.subscribe("https://a.example/hook", types, verified=True)


def number(value: int | None) -> Json:
    return {"properties": {"N": {"number": value}}}


# ---- subscriptions


def test_the_handshake_brings_the_token_that_makes_it_active(
    workspace: Workspace, ear: Ear
) -> None:
    one = workspace.webhooks.subscribe("https://a.example/hook")
    create(workspace, "Things", {})
    [body] = ear.listen()
    assert body == {"verification_token": one.verification_token}
    assert body["verification_token"].startswith("secret_")
    assert "X-Notion-Signature" not in ear.posts[0][2]
    with pytest.raises(UnusableSubscriptionError):
        workspace.webhooks.verify(one.id, "secret_wrong")
    assert one.status == "pending"
    workspace.webhooks.verify(one.id, body["verification_token"])
    create(workspace, "More", {})
    assert ear.types() == ["database.created", "data_source.created"]


def test_a_wrong_subscription_is_refused(workspace: Workspace) -> None:
    hooks = workspace.webhooks
    with pytest.raises(UnusableSubscriptionError, match="address"):
        hooks.subscribe("ftp://a.example")
    with pytest.raises(UnusableSubscriptionError, match=r"page\.exploded"):
        hooks.subscribe("https://a.example", ["page.exploded"])
    with pytest.raises(UnusableSubscriptionError, match="api_version"):
        hooks.subscribe("https://a.example", api_version="2022-06-28")
    with pytest.raises(UnusableSubscriptionError, match="no subscription"):
        hooks.pause("nobody")


def test_only_the_chosen_events_are_told_and_none_to_the_paused(
    workspace: Workspace, ear: Ear, source: str
) -> None:
    one = workspace.webhooks.subscribe("https://a.example", ["page.deleted"], verified=True)
    page = row(workspace, source, "One")
    assert ear.types() == []
    workspace.trash_page(page)
    assert ear.types() == ["page.deleted"]
    workspace.webhooks.pause(one.id)
    workspace.restore_page(page)
    workspace.trash_page(page)
    workspace.webhooks.verify(one.id, one.verification_token)
    assert ear.types() == []
    workspace.restore_page(page)
    workspace.trash_page(row(workspace, source, "Two"))
    workspace.webhooks.unsubscribe(one.id)
    assert ear.types(100) == []


# ---- the envelope


def test_an_event_is_signed_over_its_raw_bytes(
    workspace: Workspace, ear: Ear, source: str, subscription: Subscription
) -> None:
    row(workspace, source, "One")
    ear.listen()
    [(url, body, headers)] = ear.posts
    assert url == "https://a.example/hook"
    key = subscription.verification_token.encode()
    digest = hmac.new(key, body, hashlib.sha256).hexdigest()
    assert headers["X-Notion-Signature"] == f"sha256={digest}"
    assert signature(subscription.verification_token, body + b" ") != f"sha256={digest}"


def test_an_edit_is_told_without_its_value(
    workspace: Workspace, ear: Ear, source: str, subscription: Subscription
) -> None:
    page = row(workspace, source, "One")
    ear.listen()
    ada = workspace.add_person("Ada")
    workspace.update_page(page, number(7), by=ada)
    [event] = ear.listen()
    schema = workspace.data_source(source)
    assert list(event) == [
        "id",
        "timestamp",
        "workspace_id",
        "workspace_name",
        "subscription_id",
        "integration_id",
        "authors",
        "attempt_number",
        "api_version",
        "type",
        "entity",
        "data",
    ]
    assert event["timestamp"] == "2026-11-22T10:04:40.250Z"
    assert event["workspace_id"] == workspace.workspace_id
    assert event["workspace_name"] == workspace.name
    assert event["subscription_id"] == subscription.id
    assert event["integration_id"] == workspace.bot_id
    assert event["authors"] == [{"id": ada, "type": "person"}]
    assert (event["attempt_number"], event["api_version"]) == (1, "2026-03-11")
    assert event["type"] == "page.properties_updated"
    assert event["entity"] == {"id": page, "type": "page"}
    assert event["data"] == {
        "parent": {
            "id": schema["parent"]["database_id"],
            "type": "database",
            "data_source_id": source,
        },
        "updated_properties": [schema["properties"]["N"]["id"]],
    }


def test_what_the_integration_does_is_told_with_a_bot_as_author(
    workspace: Workspace, ear: Ear, source: str, subscription: Subscription
) -> None:
    page = Api(workspace).post(
        "/v1/pages",
        {"parent": {"data_source_id": source}, "properties": {"Name": titled("One")}},
    )
    [event] = ear.listen()
    assert (event["type"], event["entity"]["id"]) == ("page.created", page["id"])
    assert event["authors"] == [{"id": subscription and workspace.bot_id, "type": "bot"}]


# ---- gathering


def test_edits_in_one_window_are_one_event(
    workspace: Workspace, ear: Ear, source: str, subscription: Subscription, clock: Clock
) -> None:
    page = row(workspace, source, "One")
    ear.listen()
    ada = workspace.add_person("Ada")
    workspace.update_page(page, number(1))
    clock.pass_(seconds=6)
    workspace.update_page(page, {"properties": {"M": {"number": 2}, "N": {"number": 3}}}, by=ada)
    assert ear.types(3) == []
    [event] = ear.listen(1)  # ten seconds after the first
    properties = workspace.data_source(source)["properties"]
    assert event["data"]["updated_properties"] == [properties["N"]["id"], properties["M"]["id"]]
    assert [one["id"] for one in event["authors"]] == [workspace.bot_id, ada]
    assert ear.types(100) == []
    assert subscription.status == "active"


def test_the_window_is_as_long_as_it_is_set(
    workspace: Workspace, ear: Ear, source: str, subscription: Subscription
) -> None:
    assert subscription
    workspace.webhooks.pace.gathering = 60
    workspace.webhooks.pace.delay = 30
    row(workspace, source, "One")
    now = workspace.state.now()
    assert workspace.webhooks.next_due == now + 60_000
    assert ear.types(89) == []
    assert ear.types(1) == ["page.created"]
    assert workspace.webhooks.next_due is None


@pytest.mark.usefixtures("subscription")
def test_what_comes_to_nothing_is_not_told(workspace: Workspace, ear: Ear, source: str) -> None:
    page = row(workspace, source, "One")
    workspace.update_page(page, number(1))
    workspace.trash_page(page)
    assert ear.types() == []  # made and thrown away
    workspace.restore_page(page)
    assert ear.types() == ["page.undeleted"]
    workspace.update_page(page, number(2))
    workspace.update_page(page, number(1))
    assert ear.types() == []  # changed and changed back
    workspace.trash_page(page)
    workspace.restore_page(page)
    assert ear.types() == []  # thrown away and taken back
    workspace.update_page(page, number(1))
    assert ear.types() == []  # written as it was
    workspace.update_page(page, number(5))
    workspace.trash_page(page)
    assert ear.types() == ["page.deleted"]
    assert ear.types() == []


@pytest.mark.usefixtures("subscription")
def test_a_page_that_moves_there_and_back_has_not_moved(
    workspace: Workspace, ear: Ear, source: str
) -> None:
    other = create(workspace, "Others", {})
    page = row(workspace, source, "One")
    ear.listen()
    workspace.move_page(page, {"data_source_id": other})
    [event] = ear.listen()
    assert event["type"] == "page.moved"
    assert event["data"]["parent"]["data_source_id"] == other
    workspace.move_page(page, {"data_source_id": source})
    workspace.move_page(page, {"data_source_id": other})
    assert ear.types() == []


@pytest.mark.usefixtures("subscription")
def test_a_lock_is_told_at_once(workspace: Workspace, ear: Ear, source: str) -> None:
    page = row(workspace, source, "One")
    ear.listen()
    workspace.update_page(page, {"is_locked": True})
    workspace.update_page(page, {"is_locked": False})
    assert ear.types(0) == ["page.locked", "page.unlocked"]


@pytest.mark.usefixtures("subscription")
def test_a_schema_is_told_by_property_and_action(
    workspace: Workspace, ear: Ear, source: str
) -> None:
    before = workspace.data_source(source)["properties"]
    workspace.update_data_source(
        source,
        {"properties": {"N": {"name": "Count"}, "M": None, "New": {"checkbox": {}}}},
    )
    workspace.update_data_source(source, {"properties": {"Brief": {"checkbox": {}}}})
    workspace.update_data_source(source, {"properties": {"Brief": None}})
    after = workspace.data_source(source)["properties"]
    [event] = ear.listen()
    assert event["type"] == "data_source.schema_updated"
    assert event["entity"] == {"id": source, "type": "data_source"}
    told = {(one["id"], one["name"], one["action"]) for one in event["data"]["updated_properties"]}
    assert told == {
        (before["N"]["id"], "Count", "updated"),
        (before["M"]["id"], "M", "deleted"),
        (after["New"]["id"], "New", "created"),
    }


@pytest.mark.usefixtures("subscription")
def test_an_option_that_a_value_brings_is_a_change_of_schema(
    workspace: Workspace, ear: Ear, clock: Clock
) -> None:
    source = create(workspace, "Choices", {"S": {"select": {}}})
    ear.listen()
    row(workspace, source, "One", S={"select": {"name": "fresh"}})
    assert sorted(ear.types()) == ["data_source.schema_updated", "page.created"]
    row(workspace, source, "Two", S={"select": {"name": "fresh"}})
    assert ear.types() == ["page.created"]
    workspace.bulk_pages(
        source,
        [
            (
                "00000000-0000-4000-8000-000000000001",
                {"S": {"select": {"name": "more"}}},
                clock.now,
                None,
            )
        ],
    )
    row(workspace, source, "Three")
    assert ear.types() == ["page.created"]  # what comes in bulk is not told


@pytest.mark.usefixtures("subscription")
def test_databases_and_data_sources_are_told_of(workspace: Workspace, ear: Ear) -> None:
    home = workspace.create_page(
        {"parent": {"workspace": True}, "properties": {"title": titled("Home")}}
    )["id"]
    [made] = ear.listen()
    assert made["data"] == {"parent": {"id": workspace.workspace_id, "type": "space"}}
    database = workspace.create_database(
        {"parent": {"workspace": True}, "title": text("Base"), "initial_data_source": {}}
    )
    assert ear.types() == ["database.created", "data_source.created"]
    workspace.update_database(database["id"], {"parent": {"page_id": home}})
    [moved] = ear.listen()
    assert moved["type"] == "database.moved"
    assert moved["data"] == {"parent": {"id": home, "type": "page"}}
    second = workspace.create_data_source(
        {"parent": {"database_id": database["id"]}, "properties": {"Name": {"title": {}}}}
    )
    [event] = ear.listen()
    assert event["type"] == "data_source.created"
    assert event["data"] == {"parent": {"id": database["id"], "type": "database"}}
    for change, told in ((True, "deleted"), (False, "undeleted")):
        workspace.update_data_source(second["id"], {"in_trash": change})
        assert ear.types() == [f"data_source.{told}"]
        workspace.update_database(database["id"], {"in_trash": change})
        assert ear.types() == [f"database.{told}"]


def test_what_stands_below_is_told_of_its_place(
    workspace: Workspace, ear: Ear, source: str
) -> None:
    page = row(workspace, source, "One")
    types = ["data_source.content_updated", "page.content_updated"]
    workspace.webhooks.subscribe("https://a.example", types, verified=True)
    other = row(workspace, source, "Two")
    workspace.trash_page(page)
    [event] = ear.listen()
    assert event["type"] == "data_source.content_updated"
    assert event["data"]["updated_blocks"] == [
        {"id": other, "type": "page"},
        {"id": page, "type": "page"},
    ]
    block = {"type": "paragraph", "paragraph": {"rich_text": text("new")}}
    api = Api(workspace)
    [made] = api.patch(f"/v1/blocks/{other}/children", {"children": [block]})["results"]
    child = workspace.create_page(
        {"parent": {"page_id": other}, "properties": {"title": titled("Below")}}
    )
    [event] = ear.listen()
    assert (event["type"], event["entity"]["id"]) == ("page.content_updated", other)
    assert event["data"]["updated_blocks"] == [
        {"id": made["id"], "type": "block"},
        {"id": child["id"], "type": "page"},
    ]
    api.delete(f"/v1/blocks/{made['id']}")
    [event] = ear.listen()
    assert event["data"]["updated_blocks"] == [{"id": made["id"], "type": "block"}]


@pytest.mark.parametrize("told", [False, True])
def test_the_other_side_of_a_relation_is_told_as_the_switch_says(clock: Clock, told: bool) -> None:
    workspace = Workspace(clock=clock, seed=7, switches=Switches(mirror_sends_event=told))
    ear = Ear(workspace, clock)
    workspace.webhooks.sender = ear.post
    target = create(workspace, "Targets", {})
    relation = {"relation": {"data_source_id": target, "type": "dual_property"}}
    source = create(workspace, "Things", {"Link": relation})
    page, other = row(workspace, source, "One"), row(workspace, target, "Two")
    workspace.webhooks.subscribe("https://a.example", ["page.properties_updated"], verified=True)
    workspace.update_page(page, {"properties": {"Link": {"relation": [{"id": other}]}}})
    heard = {one["entity"]["id"] for one in ear.listen()}
    assert heard == ({page, other} if told else {page})


@pytest.mark.usefixtures("subscription")
def test_what_is_not_shared_is_not_told(workspace: Workspace, ear: Ear, source: str) -> None:
    page = row(workspace, source, "One")
    workspace.update_data_source(source, {"properties": {"X": {"number": {}}}})
    workspace.unshare(source)
    assert ear.types() == []
    workspace.share(source)
    workspace.update_page(page, number(3))
    assert ear.types() == ["page.properties_updated"]


def test_other_rooms_tell_events_of_their_own(workspace: Workspace, ear: Ear, source: str) -> None:
    page = row(workspace, source, "One")
    workspace.webhooks.subscribe("https://a.example", ["comment.created"], verified=True)
    detail = {"parent": {"id": page, "type": "page"}, "page_id": page}
    comment = "00000000-0000-4000-8000-00000000000c"
    now = workspace.state.now()
    workspace.state.changes.tell(Change("comment.created", comment, now, workspace.bot_id, detail))
    [event] = ear.listen(0)
    assert event["entity"] == {"id": comment, "type": "comment"}
    assert event["data"] == detail


@pytest.mark.usefixtures("subscription")
def test_uploads_are_told_of(workspace: Workspace, ear: Ear, api: Api) -> None:
    upload = workspace.upload_file("a.txt", b"text")
    events = ear.listen(0)
    assert [one["type"] for one in events] == ["file_upload.created", "file_upload.completed"]
    assert {one["entity"]["id"] for one in events} == {upload}
    assert all("data" not in one for one in events)
    body = {"mode": "external_url", "external_url": "https://a.example/b.png", "filename": "b.png"}
    failed = api.post("/v1/file_uploads", body)["id"]
    api.get(f"/v1/file_uploads/{failed}")
    event = ear.listen(0)[-1]
    assert (event["type"], event["entity"]["id"]) == ("file_upload.upload_failed", failed)
    assert event["data"]["file_import_result"]["type"] == "error"


# ---- delivery


def test_a_refused_event_is_tried_eight_times_in_a_day(
    workspace: Workspace, ear: Ear, source: str, subscription: Subscription, clock: Clock
) -> None:
    row(workspace, source, "One")
    ear.answers = [500, 404, OSError("no line"), httpx2.ReadTimeout("late"), 302, 503, 500, 500]
    heard: list[Json] = []
    instants = []
    hooks = workspace.webhooks
    while (due := hooks.next_due) is not None:
        wait = (due - workspace.state.now()) / 1000
        heard += ear.listen(wait)
        instants.append(clock.now)
    assert [one["attempt_number"] for one in heard] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert len({one["id"] for one in heard}) == 1
    pauses = [(after - before).total_seconds() for before, after in pairwise(instants)]
    assert pauses == [79 * 3**one for one in range(7)]
    assert 23.9 < sum(pauses) / 3600 < 24.1
    assert [one.status for one in hooks.sent] == [500, 404, 0, 0, 302, 503, 500, 500]
    assert subscription.status == "active"


@pytest.mark.usefixtures("subscription")
def test_an_event_that_was_taken_is_not_sent_again(
    workspace: Workspace, ear: Ear, source: str
) -> None:
    row(workspace, source, "One")
    ear.answers = [500, 204]
    assert [one["attempt_number"] for one in ear.listen()] == [1]
    assert [one["attempt_number"] for one in ear.listen(79)] == [2]
    assert ear.listen(100_000) == []


@pytest.mark.usefixtures("subscription")
def test_events_may_be_lost(workspace: Workspace, ear: Ear, source: str) -> None:
    workspace.webhooks.disturbance.lost = 0.5
    for one in range(40):
        row(workspace, source, str(one))
    heard = ear.listen()
    assert 8 < len(heard) < 32
    assert ear.listen(1_000_000) == []
    assert sum(one.attempt == 0 for one in workspace.webhooks.sent) == 40 - len(heard)


@pytest.mark.usefixtures("subscription")
def test_events_may_be_late_and_doubled(workspace: Workspace, ear: Ear, source: str) -> None:
    workspace.webhooks.disturbance.late = 1
    row(workspace, source, "One")
    assert ear.types(309) == []
    assert ear.types(1) == ["page.created"]
    workspace.webhooks.disturbance.late = 0
    workspace.webhooks.disturbance.doubled = 1
    row(workspace, source, "Two")
    first, second = ear.listen()
    assert first == second


@pytest.mark.usefixtures("subscription")
def test_events_may_come_in_another_order(workspace: Workspace, ear: Ear, source: str) -> None:
    pages = [row(workspace, source, str(one)) for one in range(5)]
    workspace.webhooks.disturbance.reordered = 1
    assert [one["entity"]["id"] for one in ear.listen()] == pages[::-1]


def test_a_served_workspace_posts_over_http_by_itself() -> None:
    heard: list[tuple[bytes, str | None]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append((body, self.headers["X-Notion-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Hook) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            workspace = Workspace()
            source = create(workspace, "Things", {})
            url = f"http://127.0.0.1:{server.server_port}/hook"
            one = workspace.webhooks.subscribe(url)
            workspace.webhooks.pace.gathering = 0

            async def talk() -> None:
                async with serve(workspace):
                    while not heard:
                        await asyncio.sleep(0.01)
                    token = json.loads(heard[0][0])["verification_token"]
                    workspace.webhooks.verify(one.id, token)
                    row(workspace, source, "One")
                    while len(heard) < 3:
                        await asyncio.sleep(0.01)

            asyncio.run(asyncio.wait_for(talk(), 30))
        finally:
            server.shutdown()
            thread.join()
    for body, signed in heard[1:]:
        assert signed == signature(one.verification_token, body)
