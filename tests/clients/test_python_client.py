"""The public Python client, waiting and not, gets along with the local Notion."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import wraps
from typing import Any

import pytest
from notion_client import AsyncClient, Client
from notion_client.helpers import (
    async_collect_paginated_api,
    collect_paginated_api,
    is_full_block,
    is_full_data_source,
    is_full_database,
    is_full_page,
    is_full_page_or_data_source,
    is_full_user,
)

from notion_emulator import Workspace
from tests.clients.python_client import FORMS, VERSION, collected, connected, settled
from tests.clients.serving import served
from tests.emulator.client import create, row, text, titled

Json = dict[str, Any]
Journey = Callable[[Any, Workspace], Awaitable[None]]


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def journey(walk: Journey) -> Callable[[str, str, Workspace], None]:
    """Make a test of a coroutine: it is walked with either form of the client."""

    @wraps(walk)
    def test(form: str, url: str, workspace: Workspace) -> None:
        async def go() -> None:
            async with connected(form, url, workspace.token) as client:
                await walk(client, workspace)

        asyncio.run(go())

    del test.__wrapped__  # pytest would ask for its arguments
    return test


def home(workspace: Workspace) -> str:
    page = workspace.create_page(
        {"parent": {"workspace": True}, "properties": {"title": {"title": text("Home")}}}
    )
    return str(page["id"])


@journey
async def test_databases_and_data_sources_are_made_changed_and_trashed(
    client: Any, workspace: Workspace
) -> None:
    database = await settled(
        client.databases.create(
            parent={"type": "page_id", "page_id": home(workspace)},
            title=text("Things"),
            initial_data_source={"properties": {"Name": {"title": {}}, "N": {"number": {}}}},
        )
    )
    assert is_full_database(database)
    source = database["data_sources"][0]["id"]
    found = await settled(client.data_sources.retrieve(source))
    assert is_full_data_source(found)
    assert {one["type"] for one in found["properties"].values()} == {"title", "number"}
    changed = await settled(
        client.data_sources.update(
            source, properties={"N": {"name": "M"}, "S": {"select": {"options": [{"name": "x"}]}}}
        )
    )
    assert set(changed["properties"]) == {"Name", "M", "S"}
    assert changed["properties"]["M"]["id"] == found["properties"]["N"]["id"]
    second = await settled(
        client.data_sources.create(
            parent={"type": "database_id", "database_id": database["id"]},
            title=text("More"),
            properties={"Name": {"title": {}}},
        )
    )
    listed = (await settled(client.databases.retrieve(database["id"])))["data_sources"]
    assert [one["id"] for one in listed] == [source, second["id"]]
    templates = await settled(client.data_sources.list_templates(source))
    assert templates == {"templates": [], "has_more": False, "next_cursor": None}
    gone = await settled(client.databases.update(database["id"], in_trash=True))
    assert gone["in_trash"] is True


@journey
async def test_pages_are_made_changed_trashed_and_moved(client: Any, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"N": {"number": {}}, "T": {"rich_text": {}}})
    other = create(workspace, "Others", {"N": {"number": {}}})
    page = await settled(
        client.pages.create(
            parent={"data_source_id": source},
            properties={"Name": titled("one"), "T": {"rich_text": text("t")}},
        )
    )
    assert is_full_page(page)
    changed = await settled(client.pages.update(page["id"], properties={"N": {"number": 9}}))
    assert changed["properties"]["N"]["number"] == 9
    assert changed["properties"]["T"] == page["properties"]["T"]
    few = await settled(client.pages.retrieve(page["id"], filter_properties=["title"]))
    assert list(few["properties"]) == ["Name"]
    await settled(client.pages.update(page["id"], in_trash=True))
    assert (await settled(client.pages.retrieve(page["id"])))["in_trash"] is True
    await settled(client.pages.update(page["id"], in_trash=False))
    moved = await settled(
        client.pages.move(page["id"], parent={"type": "data_source_id", "data_source_id": other})
    )
    assert moved["parent"]["data_source_id"] == other
    block = await settled(client.blocks.delete(page["id"]))
    assert is_full_block(block)
    assert (block["type"], block["in_trash"]) == ("child_page", True)


@journey
async def test_a_long_relation_is_read_to_its_end(client: Any, workspace: Workspace) -> None:
    other = create(workspace, "Far", {})
    relation = {"relation": {"data_source_id": other, "single_property": {}}}
    source = create(workspace, "Near", {"R": relation})
    targets = [row(workspace, other, str(one)) for one in range(60)]
    page = row(workspace, source, R={"relation": [{"id": one} for one in targets]})
    shown = (await settled(client.pages.retrieve(page)))["properties"]["R"]
    assert (len(shown["relation"]), shown["has_more"]) == (25, True)
    items = await collected(
        client.pages.properties.retrieve, page_id=page, property_id=shown["id"], page_size=25
    )
    assert [one["relation"]["id"] for one in items] == targets


@journey
async def test_bodies_are_written_listed_changed_and_cut(client: Any, workspace: Workspace) -> None:
    page = home(workspace)
    paragraph = {"paragraph": {"rich_text": text("one")}}
    added = await settled(
        client.blocks.children.append(
            page, children=[paragraph, {"to_do": {"rich_text": text("two")}}]
        )
    )
    assert all(is_full_block(one) for one in added["results"])
    first = added["results"][0]["id"]
    changed = await settled(client.blocks.update(first, paragraph={"rich_text": text("uno")}))
    assert changed["paragraph"]["rich_text"][0]["plain_text"] == "uno"
    assert await settled(client.blocks.retrieve(first)) | {"request_id": ""} == changed | {
        "request_id": ""
    }
    listed = await collected(client.blocks.children.list, block_id=page, page_size=1)
    assert [one["type"] for one in listed] == ["paragraph", "to_do"]
    await settled(client.blocks.delete(first))
    listed = await collected(client.blocks.children.list, block_id=page)
    assert [one["type"] for one in listed] == ["to_do"]


@journey
async def test_users_are_listed_and_read(client: Any, workspace: Workspace) -> None:
    ada = workspace.add_person("Ada", "ada@example.org")
    me = await settled(client.users.me())
    assert is_full_user(me)
    assert me["id"] == workspace.bot_id
    users = await collected(client.users.list, page_size=1)
    assert {one["id"] for one in users} >= {ada, me["id"]}
    one = await settled(client.users.retrieve(ada))
    assert one["person"]["email"] == "ada@example.org"


@journey
async def test_search_finds_by_title_kind_and_trash(client: Any, workspace: Workspace) -> None:
    source = create(workspace, "Findable table", {})
    page = row(workspace, source, "findable row")
    found = await settled(client.search(query="findable"))
    assert {one["object"] for one in found["results"]} == {"data_source", "page"}
    assert all(is_full_page_or_data_source(one) for one in found["results"])
    only = {"property": "object", "value": "page"}
    pages = await collected(client.search, query="findable", filter=only, page_size=1)
    assert [one["id"] for one in pages] == [page]
    workspace.trash_page(page)
    trashed = await settled(client.search(query="findable", filter={"in_trash": True}))
    assert [one["id"] for one in trashed["results"]] == [page]


@journey
async def test_files_are_uploaded_listed_and_attached(client: Any, workspace: Workspace) -> None:
    upload = await settled(client.file_uploads.create(filename="a.txt", content_type="text/plain"))
    sent = await settled(
        client.file_uploads.send(upload["id"], file=("a.txt", b"some bytes", "text/plain"))
    )
    assert (sent["status"], sent["content_length"]) == ("uploaded", 10)
    assert (await settled(client.file_uploads.retrieve(upload["id"])))["status"] == "uploaded"
    parts = await settled(
        client.file_uploads.create(mode="multi_part", filename="b.txt", number_of_parts=1)
    )
    part = ("b.txt", b"all of it", "text/plain")
    await settled(client.file_uploads.send(parts["id"], file=part, part_number="1"))
    done = await settled(client.file_uploads.complete(parts["id"]))
    assert done["status"] == "uploaded"
    listed = await collected(client.file_uploads.list, status="uploaded", page_size=1)
    assert {one["id"] for one in listed} == {upload["id"], parts["id"]}
    file = {"file": {"type": "file_upload", "file_upload": {"id": upload["id"]}}}
    added = await settled(client.blocks.children.append(home(workspace), children=[file]))
    assert added["results"][0]["file"]["name"] == "a.txt"


@journey
async def test_bodies_are_written_and_read_as_markdown(client: Any, workspace: Workspace) -> None:
    page = home(workspace)
    new = {"new_str": "# Head\n\nSome text"}
    await settled(client.pages.update_markdown(page, type="replace_content", replace_content=new))
    read = await settled(client.pages.retrieve_markdown(page))
    assert read["markdown"].startswith("# Head")
    listed = await collected(client.blocks.children.list, block_id=page)
    assert [one["type"] for one in listed] == ["heading_1", "paragraph"]


@journey
async def test_discussions_are_opened_answered_changed_and_cut(
    client: Any, workspace: Workspace
) -> None:
    page = home(workspace)
    first = await settled(client.comments.create(parent={"page_id": page}, rich_text=text("first")))
    second = await settled(
        client.comments.create(discussion_id=first["discussion_id"], rich_text=text("second"))
    )
    listed = await collected(client.comments.list, block_id=page, page_size=1)
    assert [one["id"] for one in listed] == [first["id"], second["id"]]
    await settled(client.comments.update(first["id"], rich_text=text("1st")))
    read = await settled(client.comments.retrieve(first["id"]))
    assert read["rich_text"][0]["plain_text"] == "1st"
    await settled(client.comments.delete(first["id"]))
    listed = await collected(client.comments.list, block_id=page)
    assert [one["id"] for one in listed] == [second["id"]]


@journey
async def test_views_are_made_asked_and_removed(client: Any, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"N": {"number": {}}})
    rows = [row(workspace, source, str(one), N={"number": one}) for one in range(3)]
    database = workspace.data_source(source)["parent"]["database_id"]
    view = await settled(
        client.views.create(
            database_id=database,
            data_source_id=source,
            name="More than none",
            type="table",
            filter={"property": "N", "number": {"greater_than": 0}},
            sorts=[{"property": "N", "direction": "descending"}],
        )
    )
    assert (await settled(client.views.retrieve(view["id"])))["name"] == "More than none"
    asked = await settled(client.views.queries.create(view["id"], page_size=1))
    more = await settled(
        client.views.queries.results(view["id"], asked["id"], start_cursor=asked["next_cursor"])
    )
    found = [one["id"] for one in (*asked["results"], *more["results"])]
    assert found == [rows[2], rows[1]]
    await settled(client.views.delete(view["id"]))
    listed = await settled(client.views.list(database_id=database))
    assert view["id"] not in {one["id"] for one in listed["results"]}


@journey
async def test_custom_emojis_are_listed(client: Any, workspace: Workspace) -> None:
    assert workspace.token
    assert (await settled(client.custom_emojis.list()))["results"] == []


FILTERS: list[tuple[Json, str]] = [
    ({"property": "Name", "title": {"equals": "a"}}, "a"),
    ({"property": "T", "rich_text": {"contains": "ph"}}, "a"),
    ({"property": "U", "url": {"is_empty": True}}, "bc"),
    ({"property": "E", "email": {"ends_with": "org"}}, "a"),
    ({"property": "Ph", "phone_number": {"starts_with": "+"}}, "a"),
    ({"property": "N", "number": {"greater_than": 1}}, "b"),
    ({"property": "K", "unique_id": {"less_than": 3}}, "ab"),
    ({"property": "C", "checkbox": {"does_not_equal": True}}, "bc"),
    ({"property": "S", "select": {"equals": ["x", "y"]}}, "ab"),
    ({"property": "M", "multi_select": {"contains": "y"}}, "ab"),
    ({"property": "St", "status": {"equals": "Complete"}}, "a"),
    ({"property": "D", "date": {"on_or_after": "2026-03-04"}}, "b"),
    ({"property": "P", "people": {"is_not_empty": True}}, "a"),
    ({"property": "F", "files": {"is_empty": True}}, "bc"),
    ({"property": "R", "relation": {"is_not_empty": True}}, "a"),
    ({"property": "Fx", "formula": {"number": {"equals": 4}}}, "b"),
    ({"property": "Rx", "rollup": {"number": {"equals": 1}}}, "a"),
    ({"timestamp": "created_time", "created_time": {"past_week": {}}}, "abc"),
    ({"property": "By", "created_by": {"is_not_empty": True}}, "abc"),
    (
        {"or": [{"and": [{"property": "N", "number": {"equals": 2}}]}, {"property": "C",
         "checkbox": {"equals": True}}]},
        "ab",
    ),
]  # fmt: skip


@pytest.fixture
def filled(workspace: Workspace) -> str:
    """A data source of each kind of property, with the rows a, b and c."""
    other = create(workspace, "Others", {})
    target = row(workspace, other, "target")
    source = create(
        workspace,
        "Things",
        {
            "T": {"rich_text": {}},
            "U": {"url": {}},
            "E": {"email": {}},
            "Ph": {"phone_number": {}},
            "N": {"number": {}},
            "K": {"unique_id": {}},
            "C": {"checkbox": {}},
            "S": {"select": {"options": [{"name": "x"}, {"name": "y"}]}},
            "M": {"multi_select": {"options": [{"name": "x"}, {"name": "y"}]}},
            "St": {"status": {}},
            "D": {"date": {}},
            "P": {"people": {}},
            "F": {"files": {}},
            "R": {"relation": {"data_source_id": other, "single_property": {}}},
            "By": {"created_by": {}},
            "Fx": {"formula": {"expression": 'prop("N") * 2'}},
            "Rx": {
                "rollup": {
                    "relation_property_name": "R",
                    "rollup_property_name": "Name",
                    "function": "count",
                }
            },
        },
    )
    row(
        workspace,
        source,
        "a",
        T={"rich_text": text("Alpha")},
        U={"url": "https://example.org"},
        E={"email": "a@example.org"},
        Ph={"phone_number": "+1"},
        N={"number": 1},
        C={"checkbox": True},
        S={"select": {"name": "x"}},
        M={"multi_select": [{"name": "x"}, {"name": "y"}]},
        St={"status": {"name": "Done"}},
        D={"date": {"start": "2026-01-02"}},
        P={"people": [{"id": workspace.add_person("Ada")}]},
        F={"files": [{"name": "f", "external": {"url": "https://example.org/f"}}]},
        R={"relation": [{"id": target}]},
    )
    row(
        workspace,
        source,
        "b",
        N={"number": 2},
        S={"select": {"name": "y"}},
        M={"multi_select": [{"name": "y"}]},
        D={"date": {"start": "2026-03-04T05:06:00Z"}},
    )
    row(workspace, source, "c")
    return source


def test_queries_are_filtered_sorted_and_paged(
    form: str, url: str, workspace: Workspace, filled: str
) -> None:
    async def go() -> None:
        async with connected(form, url, workspace.token) as client:
            for written, expected in FILTERS:
                rows = await collected(
                    client.data_sources.query,
                    data_source_id=filled,
                    filter=written,
                    sorts=[{"timestamp": "created_time", "direction": "ascending"}],
                    page_size=2,
                )
                assert name_of(rows) == expected, written
            sorts = [{"property": "N", "direction": "descending"}]
            rows = await collected(client.data_sources.query, data_source_id=filled, sorts=sorts)
            assert name_of(rows) == "cba"

    asyncio.run(go())


def name_of(rows: list[Json]) -> str:
    return "".join(one["properties"]["Name"]["title"][0]["plain_text"] for one in rows)


@pytest.fixture
def capped() -> Iterator[tuple[str, Workspace, str]]:
    workspace = Workspace(row_cap=10)
    source = create(workspace, "Things", {})
    for one in range(12):
        row(workspace, source, str(one))
    with served(workspace) as url:
        yield url, workspace, source


def test_the_clients_own_helpers_walk_and_stop_at_the_cap(
    capped: tuple[str, Workspace, str],
) -> None:
    url, workspace, source = capped
    options: Json = {"auth": workspace.token, "base_url": url, "notion_version": VERSION}

    async def go() -> list[Any]:
        async with AsyncClient(**options) as client:
            return await async_collect_paginated_api(
                client.data_sources.query, data_source_id=source, page_size=3
            )

    with Client(**options) as client:
        query = client.data_sources.query
        rows = collect_paginated_api(query, data_source_id=source, page_size=3)
        assert len(rows) == len(asyncio.run(go())) == 10
        part: Any = query(data_source_id=source, page_size=3)
        assert part["request_status"]["incomplete_reason"] == "query_result_limit_reached"
