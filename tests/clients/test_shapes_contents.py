"""What stands on pages has the shapes of the official types: blocks, files, comments."""

import asyncio
from typing import Any

import httpx2
import pytest

from notion_emulator import Workspace, create_app
from tests.clients.shapes import Answers
from tests.emulator.client import Api, text
from tests.emulator.test_blocks import EVERY

Json = dict[str, Any]

pytestmark = pytest.mark.usefixtures("node_programs")


@pytest.fixture
def answers() -> Answers:
    return Answers(old=False)


@pytest.fixture
def api(workspace: Workspace) -> Api:
    return Api(workspace)


@pytest.fixture
def page(workspace: Workspace) -> str:
    return str(workspace.create_page({"parent": {"workspace": True}})["id"])


def test_each_kind_of_block_has_the_shape_of_its_type(
    answers: Answers, api: Api, page: str
) -> None:
    for kind, content in EVERY.items():
        children = {"children": [{"type": kind, kind: content}]}
        added = api.patch(f"/v1/blocks/{page}/children", children)
        answers.note("AppendBlockChildrenResponse", kind, added)
        block = added["results"][0]
        answers.note("BlockObjectResponse", kind, block)
        answers.note("GetBlockResponse", kind, api.get(f"/v1/blocks/{block['id']}"))
        below = api.get(f"/v1/blocks/{block['id']}/children")
        answers.note("ListBlockChildrenResponse", f"below {kind}", below)
        for one in below["results"]:
            answers.note("BlockObjectResponse", f"below {kind}", one)
        answers.note("DeleteBlockResponse", kind, api.delete(f"/v1/blocks/{block['id']}"))
    answers.hold()


def test_pages_and_databases_among_blocks_have_the_shapes_of_their_types(
    answers: Answers, api: Api, page: str
) -> None:
    parent = {"type": "page_id", "page_id": page}
    api.post("/v1/pages", {"parent": parent, "properties": {"title": {"title": text("Sub")}}})
    schema: Json = {"initial_data_source": {"properties": {"Name": {"title": {}}}}}
    api.post("/v1/databases", {"parent": parent, "title": text("D"), **schema})
    below = api.get(f"/v1/blocks/{page}/children")
    answers.note("ListBlockChildrenResponse", "children", below)
    assert [one["type"] for one in below["results"]] == ["child_page", "child_database"]
    for one in below["results"]:
        answers.note("BlockObjectResponse", one["type"], one)
    answers.hold()


def sent(api: Api, path: str, **data: str) -> Json:
    """Send a file as a form."""

    async def post() -> httpx2.Response:
        transport = httpx2.ASGITransport(create_app(api.workspace))
        headers = {
            "Authorization": f"Bearer {api.workspace.token}",
            "Notion-Version": str(api.version),
        }
        async with httpx2.AsyncClient(transport=transport, base_url="http://notion") as client:
            files = {"file": ("a.png", b"bytes", "image/png")}
            return await client.post(path, files=files, data=data, headers=headers)

    answer = asyncio.run(post())
    body: Json = answer.json()
    assert answer.status_code == 200, body
    return body


def test_file_uploads_have_the_shape_of_their_type(answers: Answers, api: Api, page: str) -> None:
    kind = "FileUploadObjectResponse"
    upload = api.post("/v1/file_uploads", {"filename": "a.png", "content_type": "image/png"})
    answers.note(kind, "made", upload)
    path = f"/v1/file_uploads/{upload['id']}"
    answers.note(kind, "sent", sent(api, f"{path}/send"))
    answers.note(kind, "read", api.get(path))
    answers.note("ListFileUploadsResponse", "all", api.get("/v1/file_uploads"))
    parts = api.post(
        "/v1/file_uploads", {"mode": "multi_part", "filename": "b.png", "number_of_parts": 1}
    )
    answers.note(kind, "of parts", parts)
    path = f"/v1/file_uploads/{parts['id']}"
    answers.note(kind, "a part sent", sent(api, f"{path}/send", part_number="1"))
    answers.note(kind, "complete", api.post(f"{path}/complete", {}))
    file = {"type": "file_upload", "file_upload": {"id": upload["id"]}}
    added = api.patch(
        f"/v1/blocks/{page}/children", {"children": [{"type": "image", "image": file}]}
    )
    answers.note("BlockObjectResponse", "an image", added["results"][0])
    answers.note("PageObjectResponse", "an icon", api.patch(f"/v1/pages/{page}", {"icon": file}))
    answers.hold()


def test_markdown_and_tasks_have_the_shapes_of_their_types(
    answers: Answers, api: Api, page: str
) -> None:
    path = f"/v1/pages/{page}/markdown"
    body: Json = {"type": "replace_content", "replace_content": {"new_str": "# Head\n\nText"}}
    answers.note("PageMarkdownResponse", "written", api.patch(path, body))
    answers.note("PageMarkdownResponse", "read", api.get(path))
    task = api.send("PATCH", path, {**body, "allow_async": True}, 202)
    answers.note("GetAsyncTaskResponse", "queued", task)
    again = api.get(f"/v1/async_tasks/{task['id']}")
    answers.note("GetAsyncTaskResponse", "read", again)
    answers.hold()
