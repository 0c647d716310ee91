"""Blocks, page markdown and file uploads are answered as the real Notion answered them."""

import asyncio
from datetime import datetime
from typing import Any

import httpx2
import orjson
import pytest

from notion_emulator import Switches, Workspace, create_app
from tests.emulator.replay import Translation, differences, scenarios

Json = dict[str, Any]

ROOT = "00000000-0000-4000-8000-000000000001"
PARENT = "393abc1e-edcd-80f3-813b-e205934558c6"
PERSON = "00000000-0000-4000-8000-0000000000fa"
FAMILIES = ("/blocks/", "/markdown", "/async_tasks/", "/file_uploads")
HOST = "https://api.notion.com"
#: What cannot agree, and why.
APART = {
    "ultimate-notion/test_blocks/test_local_remote_mention_block_cmp.yaml": "mentions strangers",
    "ultimate-notion/test_docs_py_snippets/test_page_advanced.yaml": "mentions strangers",
}


def _family(one: Json) -> bool:
    return any(part in one["uri"] for part in FAMILIES)


def _shared(theirs: Json, ours: Json) -> tuple[Json, Json]:
    """Return a recorded list without what was there before the scenario began, and ours."""
    results = theirs["results"][: len(ours["results"])]
    return {**theirs, "results": results, "has_more": False, "next_cursor": None}, ours


def _content(request: Any) -> tuple[bytes | None, Json]:
    """Return a recorded body and its type; a form was recorded as its text."""
    if isinstance(request, str):
        boundary = request.split("\r\n", 1)[0].removeprefix("--")
        return request.encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    return (None if request is None else orjson.dumps(request)), {}


async def replayed(name: str) -> tuple[int, list[str]]:
    """Replay a scenario; return how many answers were compared and where they differ."""
    moment = [datetime.fromisoformat("2026-06-27T17:01:00.000Z")]
    switches = Switches(email_verified=name.startswith("notion"))
    workspace = Workspace(clock=lambda: moment[0], seed=5, switches=switches)
    workspace.add_person("Person One", "person.one@example.com", id=PERSON)
    for root in (ROOT, PARENT):
        workspace.create_page({"parent": {"workspace": True}}, id=root)
    translation = Translation({PERSON: PERSON})
    found: list[str] = []
    compared = 0
    transport = httpx2.ASGITransport(create_app(workspace))
    async with httpx2.AsyncClient(transport=transport, base_url=HOST) as client:
        for one in scenarios()[name]:
            theirs = one["response"]
            if isinstance(theirs, dict) and "created_time" in theirs:
                moment[0] = datetime.fromisoformat(theirs["created_time"])
            content, kind = _content(translation.body(one["request"]))
            answer = await client.request(
                one["method"],
                _address(one["uri"], translation),
                content=content,
                headers={
                    "Authorization": f"Bearer {workspace.token}",
                    "Notion-Version": one["version"],
                    **kind,
                },
            )
            ours = answer.json()
            if answer.status_code == one["status"]:
                translation.learn(theirs, ours)
            if not _family(one) or ours.get("code") == "object_not_found":
                continue  # it stood there before the recording began
            compared += 1
            here = f"{one['method']} {one['uri']}"
            if answer.status_code != one["status"]:
                found.append(f"{here}: {answer.status_code} {ours}")
                continue
            if "/file_uploads" in one["uri"] and theirs["object"] == "list":
                theirs, ours = _shared(theirs, ours)
            found += [f"{here}{one}" for one in differences(_ours(theirs, translation), ours)]
    return compared, found


def _address(url: str, translation: Translation) -> str:
    """Return a path with our ids, those of tasks among them."""
    path = translation.uri(url)
    for recorded, ours in translation.ids.items():
        path = path.replace(recorded, ours) if recorded.startswith("task_") else path
    return path


def _ours(theirs: Any, translation: Translation) -> Any:
    """Return a recorded answer with our ids in the addresses that it names."""
    if isinstance(theirs, dict):
        return {
            key: HOST + _address(one, translation)
            if key.endswith("_url") and isinstance(one, str) and one.startswith(HOST)
            else _ours(one, translation)
            for key, one in theirs.items()
        }
    return [_ours(one, translation) for one in theirs] if isinstance(theirs, list) else theirs


@pytest.mark.parametrize(
    "name",
    [
        name
        for name, recorded in scenarios().items()
        if name not in APART and any(map(_family, recorded))
    ],
)
def test_contents_and_files_are_answered_as_recorded(name: str) -> None:
    _, found = asyncio.run(replayed(name))
    assert found == []


def test_hundreds_of_recorded_answers_are_compared() -> None:
    names = [name for name, recorded in scenarios().items() if any(map(_family, recorded))]
    compared = sum(asyncio.run(replayed(name))[0] for name in names if name not in APART)
    assert compared > 280
