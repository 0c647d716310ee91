"""Webhooks of the local Notion are signed and shaped as Notion's own client expects them."""

import asyncio
import json
from typing import Any

import pytest

from notion_emulator import Workspace
from tests.clients import node
from tests.clients.shapes import Answers
from tests.emulator.client import Api, Clock, create, row, text

Json = dict[str, Any]

pytestmark = pytest.mark.usefixtures("node_programs")

#: What each event of `everything_happens` should look like.
PAYLOADS = {
    "page.created": "PageCreatedWebhookPayload",
    "page.properties_updated": "PagePropertiesUpdatedWebhookPayload",
    "page.content_updated": "PageContentUpdatedWebhookPayload",
    "page.deleted": "PageDeletedWebhookPayload",
    "page.undeleted": "PageUndeletedWebhookPayload",
    "page.moved": "PageMovedWebhookPayload",
    "page.locked": "PageLockedWebhookPayload",
    "page.unlocked": "PageUnlockedWebhookPayload",
    "data_source.created": "DataSourceCreatedWebhookPayload",
    "data_source.schema_updated": "DataSourceSchemaUpdatedWebhookPayload",
    "data_source.content_updated": "DataSourceContentUpdatedWebhookPayload",
    "data_source.deleted": "DataSourceDeletedWebhookPayload",
    "data_source.undeleted": "DataSourceUndeletedWebhookPayload",
    "database.created": "DatabaseCreatedWebhookPayload",
    "database.deleted": "DatabaseDeletedWebhookPayload",
    "database.undeleted": "DatabaseUndeletedWebhookPayload",
}

Heard = list[tuple[bytes, dict[str, str]]]


@pytest.fixture
def heard(workspace: Workspace) -> Heard:
    posts: Heard = []

    async def post(_url: str, body: bytes, headers: dict[str, str]) -> int:
        posts.append((body, headers))
        return 200

    workspace.webhooks.sender = post
    return posts


def everything_happens(workspace: Workspace, clock: Clock) -> None:
    """Let each event happen once at least, and be told of it before the next."""
    api = Api(workspace)

    def told() -> None:
        clock.pass_(minutes=1)
        asyncio.run(workspace.webhooks.deliver_due())

    source = create(workspace, "Things", {"N": {"number": {}}})
    other = create(workspace, "Others", {})
    database = workspace.data_source(other)["parent"]["database_id"]
    page = row(workspace, source, "one")
    told()
    changes: list[tuple[str, Json]] = [
        (f"/v1/pages/{page}", {"properties": {"N": {"number": 2}}}),
        (f"/v1/blocks/{page}/children", {"children": [{"paragraph": {"rich_text": text("x")}}]}),
        (f"/v1/pages/{page}", {"is_locked": True}),
        (f"/v1/pages/{page}", {"is_locked": False}),
        (f"/v1/pages/{page}", {"in_trash": True}),
        (f"/v1/pages/{page}", {"in_trash": False}),
        (f"/v1/data_sources/{source}", {"properties": {"N": {"name": "M"}, "O": {"date": {}}}}),
        (f"/v1/data_sources/{source}", {"properties": {"O": None}}),
        (f"/v1/data_sources/{source}", {"in_trash": True}),
        (f"/v1/data_sources/{source}", {"in_trash": False}),
        (f"/v1/databases/{database}", {"in_trash": True}),
        (f"/v1/databases/{database}", {"in_trash": False}),
    ]
    for path, body in changes:
        api.patch(path, body)
        told()
    target = {"type": "data_source_id", "data_source_id": other}
    api.post(f"/v1/pages/{page}/move", {"parent": target})
    told()


def test_every_event_is_signed_and_has_the_shape_of_its_type(
    workspace: Workspace, clock: Clock, heard: Heard
) -> None:
    one = workspace.webhooks.subscribe("https://a.example/hook", verified=True)
    everything_happens(workspace, clock)
    answers = Answers(old=False)
    deliveries = []
    for raw, headers in heard:
        body: Json = json.loads(raw)
        if body["type"] in PAYLOADS:
            answers.note(PAYLOADS[body["type"]], body["type"], body)
        deliveries.append(
            {
                "body": raw.decode(),
                "signature": headers["X-Notion-Signature"],
                "token": one.verification_token,
            }
        )
    assert {one["name"] for one in answers.noted} == set(PAYLOADS)
    answers.hold()
    genuine = json.loads(node.run("signatures.js", {}, stdin=json.dumps(deliveries)))
    assert genuine == [True] * len(deliveries)


def test_a_delivery_that_was_tampered_with_is_not_taken_for_genuine(
    workspace: Workspace, clock: Clock, heard: Heard
) -> None:
    one = workspace.webhooks.subscribe("https://a.example/hook", verified=True)
    create(workspace, "Things", {})
    clock.pass_(minutes=1)
    asyncio.run(workspace.webhooks.deliver_due())
    raw, headers = heard[0]
    signature, token = headers["X-Notion-Signature"], one.verification_token
    tampered = [
        {"body": raw.decode(), "signature": signature, "token": token},
        {"body": raw.decode() + " ", "signature": signature, "token": token},
        {"body": raw.decode(), "signature": signature, "token": token + "x"},
        {"body": raw.decode(), "signature": signature.upper(), "token": token},
    ]
    answer = json.loads(node.run("signatures.js", {}, stdin=json.dumps(tampered)))
    assert answer == [True, False, False, False]
