"""File uploads: sending, joining, attaching, expiring; signed addresses and what they serve."""

import asyncio
from typing import Any

import httpx2
import pytest

from notion_emulator import Workspace, create_app, serve
from notion_emulator.uploads import MEBIBYTE
from tests.emulator.client import Api, Clock, create, row

Json = dict[str, Any]


def fetched(workspace: Workspace, url: str) -> httpx2.Response:
    async def fetch() -> httpx2.Response:
        transport = httpx2.ASGITransport(create_app(workspace))
        async with httpx2.AsyncClient(transport=transport) as client:
            return await client.get(url)

    return asyncio.run(fetch())


def send(
    api: Api,
    upload: str,
    data: bytes,
    name: str = "a.txt",
    kind: str = "text/plain",
    status: int = 200,
    part: str | None = None,
) -> Json:
    async def post() -> httpx2.Response:
        transport = httpx2.ASGITransport(create_app(api.workspace))
        async with httpx2.AsyncClient(transport=transport, base_url="http://notion") as client:
            return await client.post(
                f"/v1/file_uploads/{upload}/send",
                files={"file": (name, data, kind)},
                data={} if part is None else {"part_number": part},
                headers={
                    "Authorization": f"Bearer {api.workspace.token}",
                    "Notion-Version": "2026-03-11",
                },
            )

    answer = asyncio.run(post())
    body: Json = answer.json()
    assert answer.status_code == status, body
    return body


def pending(api: Api, **body: Any) -> str:
    return str(api.post("/v1/file_uploads", {"filename": "a.txt", **body})["id"])


@pytest.fixture
def page(workspace: Workspace) -> str:
    return str(workspace.create_page({"parent": {"workspace": True}})["id"])


def attached(api: Api, page: str, upload: str, kind: str = "file", status: int = 200) -> Json:
    block = {"type": kind, kind: {"type": "file_upload", "file_upload": {"id": upload}}}
    answer = api.patch(f"/v1/blocks/{page}/children", {"children": [block]}, status)
    return dict(answer["results"][0]) if status == 200 else answer


# ---- sending


def test_a_file_is_uploaded_attached_and_served(api: Api, workspace: Workspace, page: str) -> None:
    upload = pending(api)
    assert api.get(f"/v1/file_uploads/{upload}")["status"] == "pending"
    sent = send(api, upload, b"some bytes")
    assert (sent["status"], sent["content_length"]) == ("uploaded", 10)
    assert "upload_url" not in sent
    block = attached(api, page, upload)
    assert list(block["file"]) == ["caption", "type", "file", "name"]
    assert (block["file"]["type"], block["file"]["name"]) == ("file", "a.txt")
    answer = fetched(workspace, block["file"]["file"]["url"])
    assert (answer.status_code, answer.content) == (200, b"some bytes")
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_file_can_be_sent_to_the_address_that_the_upload_names(workspace: Workspace) -> None:
    async def through() -> tuple[str, bytes]:
        headers = {"Authorization": f"Bearer {workspace.token}", "Notion-Version": "2026-03-11"}
        async with serve(workspace) as url, httpx2.AsyncClient(headers=headers) as client:
            made = (await client.post(f"{url}/v1/file_uploads", json={"filename": "a.txt"})).json()
            files = {"file": ("a.txt", b"over the wire", "text/plain")}
            assert made["upload_url"].startswith(url)
            await client.post(made["upload_url"], files=files)
            cover = {"file_upload": {"id": made["id"]}}
            parent = workspace.create_page({"parent": {"workspace": True}})["id"]
            body = {"parent": {"page_id": parent}, "cover": cover}
            shown = (await client.post(f"{url}/v1/pages", json=body)).json()["cover"]
            return shown["type"], (await client.get(shown["file"]["url"])).content

    assert asyncio.run(through()) == ("file", b"over the wire")


def test_a_file_comes_in_parts_in_any_order(api: Api, workspace: Workspace, page: str) -> None:
    workspace.uploads.max_size = 50 * MEBIBYTE
    upload = pending(api, mode="multi_part", number_of_parts=2)
    first = b"a" * (5 * MEBIBYTE)
    send(api, upload, b"end", part="2")
    api.post(f"/v1/file_uploads/{upload}/complete", {}, 400)
    shown = send(api, upload, first, part="1")
    assert shown["number_of_parts"] == {"total": 2, "sent": 2}
    assert shown["status"] == "pending"
    assert shown["complete_url"].endswith(f"/v1/file_uploads/{upload}/complete")
    attached(api, page, upload, status=400)
    done = api.post(f"/v1/file_uploads/{upload}/complete", {})
    assert (done["status"], done["content_length"]) == ("uploaded", 5 * MEBIBYTE + 3)
    assert "complete_url" not in done
    url = attached(api, page, upload)["file"]["file"]["url"]
    assert fetched(workspace, url).content == first + b"end"


def test_a_part_that_does_not_fit_is_refused(api: Api, workspace: Workspace) -> None:
    workspace.uploads.max_size = 8 * MEBIBYTE
    upload = pending(api, mode="multi_part", number_of_parts=2)
    whole = b"a" * (5 * MEBIBYTE)
    assert "part_number should be defined" in send(api, upload, whole, status=400)["message"]
    assert "between `1` and `2`" in send(api, upload, whole, part="3", status=400)["message"]
    assert "at least 5242880" in send(api, upload, b"a", part="1", status=400)["message"]
    send(api, upload, whole, part="1")
    assert "larger than 8388608" in send(api, upload, whole, part="2", status=400)["message"]
    send(api, upload, whole, part="1")
    assert "part_number" in send(api, pending(api), b"x", part="1", status=400)["message"]


def test_a_file_beyond_the_limit_of_the_workspace_is_refused(api: Api) -> None:
    limits = api.get("/v1/users/me")["bot"]["workspace_limits"]
    large = b"a" * (limits["max_file_upload_size_in_bytes"] + 1)
    upload = pending(api)
    assert "larger than 5242880" in send(api, upload, large, status=400)["message"]
    send(api, upload, large[1:])


def test_a_file_is_sent_once_and_of_the_type_that_was_said(api: Api) -> None:
    upload = pending(api, content_type="text/plain")
    error = send(api, upload, b"x", kind="image/png", status=400)
    assert "(image/png) does not match" in error["message"]
    send(api, upload, b"x", kind="application/octet-stream")
    assert "status is uploaded" in send(api, upload, b"x", status=400)["message"]
    assert (
        "cannot be completed" in api.post(f"/v1/file_uploads/{upload}/complete", {}, 400)["message"]
    )
    api.post(f"/v1/file_uploads/{upload}/send", {}, 400)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"mode": "pigeon"}, "body.mode should be one of"),
        ({"filename": 1}, "body.filename should be a string"),
        ({"filename": "é" * 451}, "body.filename.length should be ≤ `900` bytes"),
        ({"mode": "multi_part", "number_of_parts": 2}, "body.filename should be defined"),
        ({"mode": "multi_part", "filename": "a"}, "body.number_of_parts should be defined"),
        (
            {"mode": "multi_part", "filename": "a", "number_of_parts": 10_001},
            "between `1` and `10000`",
        ),
        ({"number_of_parts": 2}, "body.number_of_parts should be not present"),
        ({"mode": "external_url"}, "body.external_url should be defined"),
        ({"mode": "external_url", "external_url": "http://example.org"}, "an HTTPS URL"),
        ({"external_url": "https://example.org"}, "body.external_url should be not present"),
    ],
)
def test_an_upload_of_a_wrong_shape_is_refused(api: Api, body: Json, message: str) -> None:
    assert message in api.post("/v1/file_uploads", body, 400)["message"]
    assert api.get("/v1/file_uploads")["results"] == []


def test_a_file_is_imported_from_the_web_that_the_workspace_knows(
    api: Api, workspace: Workspace, page: str
) -> None:
    workspace.uploads.web["https://example.org/a%20b.pdf"] = b"%PDF-"
    good, bad = (
        api.post("/v1/file_uploads", {"mode": "external_url", "external_url": url})["id"]
        for url in ("https://example.org/a%20b.pdf", "https://example.org/gone.pdf")
    )
    shown = api.get(f"/v1/file_uploads/{good}")
    assert (shown["status"], shown["filename"]) == ("uploaded", "a b.pdf")
    assert (shown["content_type"], shown["content_length"]) == ("application/pdf", 5)
    assert shown["file_import_result"]["type"] == "success"
    url = attached(api, page, good, "pdf")["pdf"]["file"]["url"]
    assert fetched(workspace, url).content == b"%PDF-"
    lost = api.get(f"/v1/file_uploads/{bad}")
    assert (lost["status"], lost["file_import_result"]["error"]["type"]) == (
        "failed",
        "download_error",
    )
    assert "instead was `failed`" in attached(api, page, bad, status=400)["message"]


# ---- expiring


def test_what_is_not_attached_within_an_hour_expires(api: Api, clock: Clock, page: str) -> None:
    held, left, empty = pending(api), pending(api), pending(api)
    send(api, held, b"x")
    send(api, left, b"x")
    attached(api, page, held)
    clock.pass_(minutes=59)
    assert api.get(f"/v1/file_uploads/{left}")["status"] == "uploaded"
    clock.pass_(minutes=1)
    assert api.get(f"/v1/file_uploads/{held}")["expiry_time"] is None
    for upload in (left, empty):
        shown = api.get(f"/v1/file_uploads/{upload}")
        assert (shown["status"], shown["expiry_time"]) == ("expired", None)
        assert shown["in_trash"] is False
    assert "instead was `expired`" in attached(api, page, left, status=400)["message"]
    send(api, empty, b"x", status=400)
    attached(api, page, held)
    expired = api.get("/v1/file_uploads?status=expired")["results"]
    assert [one["id"] for one in expired] == [empty, left]


def test_uploads_are_listed_newest_first_in_parts(api: Api, clock: Clock) -> None:
    uploads: list[str] = []
    for _ in range(3):
        uploads.insert(0, pending(api))
        clock.pass_(minutes=1)
    first = api.get("/v1/file_uploads?page_size=2")
    assert [one["id"] for one in first["results"]] == uploads[:2]
    assert (first["has_more"], first["type"], first["file_upload"]) == (True, "file_upload", {})
    rest = api.get(f"/v1/file_uploads?start_cursor={first['next_cursor']}")
    assert [one["id"] for one in rest["results"]] == uploads[2:]
    assert "query.status should be one of" in api.get("/v1/file_uploads?status=x", 400)["message"]
    api.get("/v1/file_uploads/3839ce7b-60a4-8168-ba4d-000b1ee50a86", 404)


# ---- signed addresses


def test_an_address_differs_on_every_read_and_is_good_for_an_hour(
    api: Api, workspace: Workspace, clock: Clock
) -> None:
    source = create(workspace, "Things", {"F": {"files": {}}})
    upload = workspace.upload_file("report.txt", b"bytes")
    page = row(workspace, source, F={"files": [{"file_upload": {"id": upload}}]})

    def file() -> Json:
        return dict(api.get(f"/v1/pages/{page}")["properties"]["F"]["files"][0])

    first, second = file(), file()
    assert first["name"] == "report.txt"
    assert first["file"]["url"] != second["file"]["url"]
    assert first["file"]["expiry_time"] == "2026-11-22T11:04:30.250Z"
    clock.pass_(minutes=59)
    assert fetched(workspace, first["file"]["url"]).content == b"bytes"
    clock.pass_(minutes=1)
    refused = fetched(workspace, first["file"]["url"])
    assert (refused.status_code, b"Request has expired" in refused.content) == (403, True)
    assert fetched(workspace, file()["file"]["url"]).content == b"bytes"


def test_an_address_that_was_changed_opens_nothing(
    api: Api, workspace: Workspace, page: str
) -> None:
    url = attached(api, page, workspace.upload_file("a.txt", b"x"))["file"]["file"]["url"]
    for wrong in (
        url.split("?")[0],
        url.replace("X-Amz-Expires=3600", "X-Amz-Expires=9999"),
        url.replace("a.txt", "b.txt"),
        url[:-1] + ("0" if url[-1] != "0" else "1"),
    ):
        assert fetched(workspace, wrong).status_code == 403


def test_a_file_that_is_written_back_stays_the_same_file(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"F": {"files": {}}})
    upload = workspace.upload_file("a.txt", b"bytes")
    page = row(workspace, source, F={"files": [{"file_upload": {"id": upload}}]})
    files = api.get(f"/v1/pages/{page}")["properties"]["F"]["files"]
    answer = api.patch(f"/v1/pages/{page}", {"properties": {"F": {"files": files}}})
    url = answer["properties"]["F"]["files"][0]["file"]["url"]
    assert fetched(workspace, url).content == b"bytes"
    foreign = [{"name": "b", "file": {"url": "https://s3.example.org/b.txt?X-Amz-Expires=3600"}}]
    answer = api.patch(f"/v1/pages/{page}", {"properties": {"F": {"files": foreign}}})
    url = answer["properties"]["F"]["files"][0]["file"]["url"]
    assert url.startswith("https://s3.example.org/b.txt?X-Amz-Algorithm=")


def test_icons_and_covers_can_be_uploaded_files(api: Api, workspace: Workspace, page: str) -> None:
    picture = {"type": "file_upload", "file_upload": {"id": workspace.upload_file("i.png", b"PNG")}}
    database = api.post("/v1/databases", {"parent": {"page_id": page}, "icon": picture})
    callout = {"callout": {"rich_text": [], "icon": picture}}
    block = api.patch(f"/v1/blocks/{page}/children", {"children": [callout]})["results"][0]
    shown = api.patch(f"/v1/pages/{page}", {"icon": picture, "cover": picture})
    for icon in (shown["icon"], shown["cover"], database["icon"], block["callout"]["icon"]):
        assert icon["type"] == "file"
        assert fetched(workspace, icon["file"]["url"]).content == b"PNG"
    again = api.patch(f"/v1/pages/{page}", {"icon": shown["icon"]})["icon"]
    assert again["file"]["url"] != shown["icon"]["file"]["url"]
    assert fetched(workspace, again["file"]["url"]).content == b"PNG"


def test_a_page_with_an_icon_that_is_not_there_is_not_created(api: Api, page: str) -> None:
    for upload, status in ((pending(api), 400), (page, 404), ("x", 400)):
        icon = {"file_upload": {"id": upload}}
        api.post("/v1/pages", {"parent": {"page_id": page}, "icon": icon}, status)
    api.post("/v1/pages", {"parent": {"page_id": page}, "icon": {"file_upload": {}}}, 400)
    assert api.get(f"/v1/blocks/{page}/children")["results"] == []


def test_a_form_that_is_none_is_refused(api: Api) -> None:
    async def post() -> httpx2.Response:
        transport = httpx2.ASGITransport(create_app(api.workspace))
        async with httpx2.AsyncClient(transport=transport, base_url="http://notion") as client:
            return await client.post(
                f"/v1/file_uploads/{upload}/send",
                content=b"no form",
                headers={
                    "Authorization": f"Bearer {api.workspace.token}",
                    "Notion-Version": "2026-03-11",
                    "Content-Type": "multipart/form-data; boundary=x",
                },
            )

    upload = pending(api)
    answer = asyncio.run(post())
    assert (answer.status_code, answer.json()["code"]) == (400, "validation_error")
