"""The local Notion answers recorded requests as the real one did."""

import asyncio
from datetime import datetime
from typing import Any

import httpx2
import orjson
import pytest

from notion_emulator import Switches, Workspace, create_app
from tests.emulator.replay import UUID, Translation, differences, scenarios

SERVED = ("/v1/pages", "/v1/databases", "/v1/data_sources", "/v1/blocks", "/v1/users")
PERSON = "00000000-0000-4000-8000-0000000000fa"
BOT = "00000000-0000-4000-8000-0000000000f1"
ROOTS = ("00000000-0000-4000-8000-000000000001", "393abc1e-edcd-80f3-813b-e205934558c6")
#: What cannot agree, and why.
APART = {
    "notion-sdk-py/test_async_tasks_retrieve.yaml": "a block came from an endpoint not served",
    "notion-sdk-py/test_pages_update_markdown.yaml": "a block came from an endpoint not served",
    "ultimate-notion/fixtures/mod_person.yaml": "a second bot was in that workspace",
    "ultimate-notion/test_page/test_created_edited_by.yaml": "a second bot was in that workspace",
    "ultimate-notion/test_blocks/test_local_remote_mention_block_cmp.yaml": "mentions strangers",
    "ultimate-notion/test_rich_text/test_rich_text_bases.yaml": "mentions strangers",
    "ultimate-notion/test_docs_py_snippets/test_page_advanced.yaml": "mentions strangers",
}


def _path(uri: str) -> str:
    return uri.removeprefix("https://api.notion.com")


def _served(one: dict[str, Any]) -> bool:
    return _path(one["uri"]).startswith(SERVED) and "markdown" not in one["uri"]


def _known(path: str, translation: Translation, workspace: Workspace) -> bool:
    """Tell whether a path names only what this scenario has created, or what is no id."""
    here = workspace.state
    ours = set(translation.ids.values()) | here.pages.keys()
    parts = path.split("?", maxsplit=1)[0].split("/")
    dashed = [
        f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}" if len(one) == 32 else one
        for one in parts
    ]
    return all(one in ours for one in dashed if UUID.match(one) and not one.startswith("1234"))


async def _replay(name: str) -> tuple[int, list[str]]:
    recorded = [one for one in scenarios()[name] if _served(one)]
    integration = "notion-sdk-py" if name.startswith("notion") else "Ultimate Notion Tests"
    moment = [datetime.fromisoformat("2026-06-27T17:01:00.000Z")]
    july = name.startswith("notion")
    workspace = Workspace(
        clock=lambda: moment[0],
        seed=3,
        integration=integration,
        name="notion-sdk-py",
        switches=Switches(email_verified=july),
    )
    for root in ROOTS:
        title = {"title": {"title": [{"text": {"content": "Tests"}}]}}
        workspace.create_page({"parent": {"workspace": True}, "properties": title}, id=root)
    if july:
        avatar = "https://example.com/avatar.png"
        workspace.add_person("Person Four", "person.four@example.com", avatar_url=avatar)
    else:
        workspace.add_person("Person One", "person.one@example.com", id=PERSON)
    translation = Translation({BOT: workspace.bot_id})
    found: list[str] = []
    compared = 0
    transport = httpx2.ASGITransport(create_app(workspace))
    async with httpx2.AsyncClient(transport=transport, base_url="http://notion") as client:
        for one in recorded:
            theirs, path = one["response"], translation.uri(one["uri"])
            if one["status"] == 200 and not _known(path, translation, workspace):
                continue  # it existed before the recording began
            created = theirs.get("created_time")
            if created is not None:
                moment[0] = datetime.fromisoformat(created)
            answer = await client.request(
                one["method"],
                path,
                content=None
                if one["request"] is None
                else orjson.dumps(translation.body(one["request"])),
                headers={
                    "Authorization": "Bearer wrong"
                    if one["status"] == 401
                    else f"Bearer {workspace.token}",
                    "Notion-Version": one["version"],
                },
            )
            ours = answer.json()
            compared += 1
            if answer.status_code != one["status"]:
                found.append(f"{one['method']} {path}: {answer.status_code} {ours}")
                continue
            found += [
                f"{one['method']} {path}{difference}" for difference in differences(theirs, ours)
            ]
            if answer.status_code == 200:
                translation.learn(theirs, ours)
    return compared, found


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, recorded in scenarios().items()
        if name not in APART and any(map(_served, recorded))
    ],
)
def test_a_recorded_scenario_gets_the_recorded_answers(name: str) -> None:
    _, found = asyncio.run(_replay(name))
    assert found == []


def test_most_of_the_recordings_are_compared() -> None:
    async def count() -> int:
        return sum([(await _replay(name))[0] for name in scenarios() if name not in APART])

    assert asyncio.run(count()) > 750
