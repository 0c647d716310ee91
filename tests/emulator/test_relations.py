"""Relations: both sides, truncation, the trash and what is not shared."""

from typing import Any

import pytest

from notion_emulator import ApiError, Switches, Workspace
from tests.emulator.client import Api, Clock, create, row, titled

Json = dict[str, Any]


@pytest.fixture
def pair(workspace: Workspace) -> tuple[str, str]:
    return two_way(workspace)


def two_way(workspace: Workspace) -> tuple[str, str]:
    """Return two data sources with a two-way relation, People.Orders <-> Orders.Buyers."""
    people = create(workspace, "People", {})
    orders = create(workspace, "Orders", {"Buyers": dual(people, "Orders")})
    return people, orders


def dual(target: str, name: str | None = None) -> Json:
    inner = {} if name is None else {"synced_property_name": name}
    return {"relation": {"data_source_id": target, "type": "dual_property", "dual_property": inner}}


def related(page: Json, name: str) -> list[str]:
    return [one["id"] for one in page["properties"][name]["relation"]]


def refs(*ids: str) -> Json:
    return {"relation": [{"id": one} for one in ids]}


def test_both_sides_of_a_two_way_relation_change_together(
    api: Api, workspace: Workspace, pair: tuple[str, str]
) -> None:
    people, orders = pair
    ada, bob = row(workspace, people, "Ada"), row(workspace, people, "Bob")
    order = row(workspace, orders, "1", Buyers=refs(ada))
    assert related(api.get(f"/v1/pages/{ada}"), "Orders") == [order]
    api.patch(f"/v1/pages/{order}", {"properties": {"Buyers": refs(bob)}})
    assert related(api.get(f"/v1/pages/{ada}"), "Orders") == []
    assert related(api.get(f"/v1/pages/{bob}"), "Orders") == [order]
    api.patch(f"/v1/pages/{bob}", {"properties": {"Orders": refs()}})
    assert related(api.get(f"/v1/pages/{order}"), "Buyers") == []


@pytest.mark.parametrize("bumps", [False, True])
def test_the_mirror_gets_a_new_stamp_only_by_switch(clock: Clock, bumps: bool) -> None:
    workspace = Workspace(clock=clock, switches=Switches(mirror_bumps_stamp=bumps))
    people, orders = two_way(workspace)
    ada = row(workspace, people, "Ada")
    clock.pass_(minutes=5)
    row(workspace, orders, "1", Buyers=refs(ada))
    stamp = workspace.page(ada)["last_edited_time"]
    assert (stamp == "2026-11-22T10:09:00.000Z") is bumps
    since = {
        "timestamp": "last_edited_time",
        "last_edited_time": {"on_or_after": "2026-11-22T10:08:00Z"},
    }
    assert len(workspace.query(people, {"filter": since})) == int(bumps)


def test_a_relation_of_a_data_source_to_itself_is_mirrored(workspace: Workspace) -> None:
    source = create(workspace, "Tasks", {})
    workspace.update_data_source(source, {"properties": {"Parent": dual(source, "Children")}})
    parent = row(workspace, source, "parent")
    child = row(workspace, source, "child", Parent=refs(parent))
    assert related(workspace.page(parent), "Children") == [child]
    assert related(workspace.page(parent), "Parent") == []


def test_the_mirror_is_named_after_the_other_side(api: Api, workspace: Workspace) -> None:
    people = create(workspace, "People", {})
    orders = create(workspace, "Orders", {"Buyers": dual(people)})
    mine = api.get(f"/v1/data_sources/{orders}")["properties"]["Buyers"]
    other = api.get(f"/v1/data_sources/{people}")["properties"]["Related to Orders (Buyers)"]
    assert mine["relation"]["dual_property"]["synced_property_id"] == other["id"]
    assert other["relation"]["dual_property"]["synced_property_name"] == "Buyers"


def test_a_page_shows_25_relations_and_the_property_endpoint_all(
    api: Api, workspace: Workspace, pair: tuple[str, str]
) -> None:
    people, orders = pair
    ids = [row(workspace, people, str(one)) for one in range(60)]
    order = row(workspace, orders, "1", Buyers=refs(*ids))
    shown = api.get(f"/v1/pages/{order}")["properties"]["Buyers"]
    assert list(shown) == ["id", "type", "relation", "has_more"]
    assert (len(shown["relation"]), shown["has_more"]) == (25, True)
    assert api.query(orders)["results"][0]["properties"]["Buyers"] == shown
    path = f"/v1/pages/{order}/properties/{shown['id']}?page_size=50"
    first = api.get(path)
    assert (first["has_more"], first["type"]) == (True, "property_item")
    assert first["property_item"]["next_url"].endswith(first["next_cursor"])
    second = api.get(f"{path}&start_cursor={first['next_cursor']}")
    assert second["property_item"]["next_url"] is None
    found = [one["relation"]["id"] for part in (first, second) for one in part["results"]]
    assert found == ids


def test_writing_back_what_a_page_shows_destroys_the_rest(
    api: Api, workspace: Workspace, pair: tuple[str, str]
) -> None:
    people, orders = pair
    ids = [row(workspace, people, str(one)) for one in range(30)]
    order = row(workspace, orders, "1", Buyers=refs(*ids))
    shown = api.get(f"/v1/pages/{order}")["properties"]["Buyers"]["relation"]
    answer = api.patch(f"/v1/pages/{order}", {"properties": {"Buyers": {"relation": shown}}})
    assert answer["properties"]["Buyers"]["has_more"] is False
    assert related(api.get(f"/v1/pages/{ids[29]}"), "Orders") == []


def test_more_than_a_hundred_relations_are_refused(
    workspace: Workspace, pair: tuple[str, str]
) -> None:
    people, orders = pair
    ids = [row(workspace, people, str(one)) for one in range(101)]
    with pytest.raises(ApiError, match="length should be ≤ `100`"):
        row(workspace, orders, "1", Buyers=refs(*ids))


def test_people_are_truncated_too(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"Who": {"people": {}}})
    ids = [workspace.add_person(f"P{one}") for one in range(30)]
    page = row(workspace, source, Who={"people": [{"id": one} for one in ids]})
    shown = api.get(f"/v1/pages/{page}")["properties"]["Who"]
    assert len(shown["people"]) == 25
    assert shown["people"][0]["name"] == "P0"
    whole = api.get(f"/v1/pages/{page}/properties/{shown['id']}")["results"]
    assert [one["people"]["id"] for one in whole] == ids


@pytest.mark.parametrize("shown", ["hide", "show"])
def test_a_trashed_page_leaves_relations_until_it_is_restored(clock: Clock, shown: Any) -> None:
    workspace = Workspace(clock=clock, switches=Switches(trashed_targets=shown))
    people, orders = two_way(workspace)
    ada = row(workspace, people, "Ada")
    order = row(workspace, orders, "1", Buyers=refs(ada))
    assert related(workspace.page(order), "Buyers") == [ada]
    workspace.trash_page(ada)
    assert related(workspace.page(order), "Buyers") == ([] if shown == "hide" else [ada])
    workspace.restore_page(ada)
    assert related(workspace.page(order), "Buyers") == [ada]


def test_a_trashed_page_leaves_one_way_relations_as_well(workspace: Workspace) -> None:
    people = create(workspace, "People", {})
    one_way = {"relation": {"data_source_id": people, "single_property": {}}}
    orders = create(workspace, "Orders", {"Buyer": one_way})
    ada = row(workspace, people, "Ada")
    order = row(workspace, orders, "1", Buyer=refs(ada))
    assert related(workspace.page(order), "Buyer") == [ada]
    workspace.trash_page(ada)
    assert related(workspace.page(order), "Buyer") == []


# ---- sharing


def test_what_is_not_shared_is_as_if_it_were_not_there(
    api: Api, workspace: Workspace, pair: tuple[str, str]
) -> None:
    people, orders = pair
    ada = row(workspace, people, "Ada")
    order = row(workspace, orders, "1", Buyers=refs(ada))
    before = api.get(f"/v1/pages/{order}")
    database = workspace.data_source(people)["parent"]["database_id"]
    workspace.unshare(database)
    for path in (f"databases/{database}", f"data_sources/{people}", f"pages/{ada}"):
        error = api.get(f"/v1/{path}", 404)
        assert error["code"] == "object_not_found"
        assert error["additional_data"] == {"integration_id": workspace.bot_id}
    assert "Could not find database with ID" in api.query(people, status=404)["message"]
    after = api.get(f"/v1/pages/{order}")
    assert related(after, "Buyers") == []
    assert after["last_edited_time"] == before["last_edited_time"]
    assert api.query(orders)["results"][0] == {
        key: one for key, one in after.items() if key != "request_id"
    }
    workspace.share(database)
    assert related(api.get(f"/v1/pages/{order}"), "Buyers") == [ada]


def test_a_page_that_never_was_gets_the_recorded_message(api: Api) -> None:
    error = api.get("/v1/pages/00000000-0000-0000-0000-000000000000", 404)
    assert error["message"] == (
        "Could not find page with ID: 00000000-0000-0000-0000-000000000000. Make sure the "
        'relevant pages and databases are shared with your integration "Local integration".'
    )


def test_a_relation_leads_only_where_its_schema_says(
    api: Api, workspace: Workspace, pair: tuple[str, str]
) -> None:
    people, orders = pair
    order = row(workspace, orders, "1")
    wrong = api.patch(f"/v1/pages/{order}", {"properties": {"Buyers": refs(order)}}, 400)
    assert "is not in the data source" in wrong["message"]
    stranger = "3839ce7b-60a4-8168-ba4d-000b1ee50a86"
    api.patch(f"/v1/pages/{order}", {"properties": {"Buyers": refs(stranger)}}, 404)
    ada = row(workspace, people, "Ada")
    workspace.unshare(workspace.data_source(people)["parent"]["database_id"])
    api.patch(f"/v1/pages/{order}", {"properties": {"Buyers": refs(ada)}}, 404)


# ---- the fast path


def test_rows_made_in_bulk_are_mirrored_whatever_their_order(
    clock: Clock, workspace: Workspace, pair: tuple[str, str]
) -> None:
    people, orders = pair
    make = workspace.state.ids.uuid
    ada, first, second = make(), make(), make()
    count = workspace.bulk_pages(
        orders,
        [
            (first, {"Name": titled("1"), "Buyers": refs(ada)}, clock.now, None),
            (second, {"Name": titled("2"), "Buyers": refs(ada)}, clock.now, None),
        ],
    )
    assert count == 2
    assert related(workspace.page(first), "Buyers") == []
    workspace.bulk_pages(people, [(ada, {"Name": titled("Ada")}, clock.now, None)])
    assert related(workspace.page(first), "Buyers") == [ada]
    assert related(workspace.page(ada), "Orders") == [first, second]


def test_a_page_may_lead_to_itself_where_mirrors_are_stamped() -> None:
    workspace = Workspace(seed=7, switches=Switches(mirror_bumps_stamp=True))
    source = create(workspace, "Tasks", {})
    workspace.update_data_source(source, {"properties": {"Parent": dual(source, "Children")}})
    page = row(workspace, source, "own parent")
    for ends in (refs(page), refs()):
        workspace.update_page(page, {"properties": {"Parent": ends}})
        shown = related(workspace.page(page), "Children")
        assert shown == related(workspace.page(page), "Parent")
    assert len(workspace.query(source)) == 1
