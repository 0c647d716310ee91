"""Reads a workspace through its API, as a client that copies it would."""

from typing import Any

from notion_emulator import Original
from tests.emulator.client import Api

Json = dict[str, Any]


def read(api: Api) -> Original:
    """Return all that the API shows, long lists whole, the trashed last."""
    sources = api.post("/v1/search", {"filter": {"property": "object", "value": "data_source"}})
    ids = [one["id"] for one in sources["results"]]
    pages = [
        page
        for source in ids
        for archived in (False, True)
        for page in api.walk(source, {"is_archived": archived, "sorts": OLDEST})
    ]
    trash = api.post("/v1/search", {"filter": {"in_trash": True}})["results"]
    pages += [one for one in trash if one["object"] == "page"]
    for page in pages:
        for answer in page["properties"].values():
            if answer.get("has_more") or len(answer.get("people") or ()) == 25:
                answer[answer["type"]] = whole(api, page["id"], answer)
    databases = {one["parent"]["database_id"] for one in sources["results"]}
    return Original(
        me=api.get("/v1/users/me"),
        users=api.get("/v1/users")["results"],
        databases=[api.get(f"/v1/databases/{one}") for one in sorted(databases)],
        data_sources=sources["results"],
        pages=pages,
        environment=api.workspace.environment,
    )


OLDEST = [{"timestamp": "created_time", "direction": "ascending"}]


def whole(api: Api, page: str, answer: Json) -> list[Json]:
    path = f"/v1/pages/{page}/properties/{answer['id']}?page_size=100"
    items: list[Json] = []
    cursor = ""
    while True:
        listed = api.get(path + cursor)
        items += [one[answer["type"]] for one in listed["results"]]
        if not listed["has_more"]:
            return items
        cursor = f"&start_cursor={listed['next_cursor']}"
