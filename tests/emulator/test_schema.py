"""Databases and data sources: creating them and changing their schema."""

from typing import Any

import pytest

from notion_emulator import ApiError, Switches, Workspace
from tests.emulator.client import Api, Clock, create, row, text, titled

Json = dict[str, Any]


def properties(api: Api, source: str) -> Json:
    shown: Json = api.get(f"/v1/data_sources/{source}")["properties"]
    return shown


def change(api: Api, source: str, written: Json, status: int = 200) -> Json:
    return api.patch(f"/v1/data_sources/{source}", {"properties": written}, status)


def value(page: Json, name: str) -> Any:
    prop = page["properties"][name]
    return prop[prop["type"]]


def dual(target: str) -> Json:
    return {"relation": {"data_source_id": target, "type": "dual_property", "dual_property": {}}}


def test_a_database_without_a_schema_gets_a_title(api: Api, workspace: Workspace) -> None:
    home = workspace.create_page({"parent": {"workspace": True}})["id"]
    database = api.post("/v1/databases", {"parent": {"page_id": home}})
    assert database["data_sources"][0]["name"] == "New database"
    shown = properties(api, database["data_sources"][0]["id"])
    assert shown == {
        "Name": {"id": "title", "name": "Name", "description": None, "type": "title", "title": {}}
    }


def test_ids_can_be_given(workspace: Workspace) -> None:
    ids = ("3839ce7b-60a4-8168-ba4d-000b1ee50a86", "3839ce7b60a481689a4d000b1ee50a87")
    body = {"parent": {"workspace": True}, "title": text("x")}
    database = workspace.create_database(body, id=ids[0], data_source_id=ids[1])
    assert database["id"] == ids[0]
    assert database["data_sources"][0]["id"] == "3839ce7b-60a4-8168-9a4d-000b1ee50a87"
    with pytest.raises(ValueError, match="not a UUID"):
        workspace.create_database(body, id="12345678-1234-1234-1234-123456789abc")


def test_a_schema_has_exactly_one_title(workspace: Workspace) -> None:
    schemas: list[Json] = [{"N": {"number": {}}}, {"A": {"title": {}}, "B": {"title": {}}}]
    for schema in schemas:
        body = {"parent": {"workspace": True}, "initial_data_source": {"properties": schema}}
        with pytest.raises(ApiError):
            workspace.create_database(body)


def test_property_ids_are_four_characters_encoded_and_give_the_order(
    api: Api, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {f"N{one}": {"number": {}} for one in range(40)})
    shown = properties(api, source)
    raw = [one.id for one in workspace.state.sources[source].properties.values()]
    assert all(len(one) == 4 or one == "title" for one in raw)
    page = api.get(f"/v1/pages/{row(workspace, source)}")
    for listed in (shown, page["properties"]):
        keys = [workspace.state.sources[source].find(one["id"]) for one in listed.values()]
        ids = [key.id for key in keys if key is not None]
        assert ids == sorted(raw, key=lambda one: (len(one), one))


def test_a_property_is_renamed_and_keeps_its_id_and_values(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"N": {"number": {}}})
    page = row(workspace, source, N={"number": 4})
    before = properties(api, source)["N"]["id"]
    assert change(api, source, {"N": {"name": "M"}})["properties"]["M"]["id"] == before
    assert value(api.get(f"/v1/pages/{page}"), "M") == 4
    change(api, source, {before: {"name": "K"}})
    assert value(api.get(f"/v1/pages/{page}"), "K") == 4


def test_a_property_that_was_removed_and_made_again_is_another(
    api: Api, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {"N": {"number": {}}})
    page = row(workspace, source, N={"number": 4})
    before = properties(api, source)["N"]["id"]
    change(api, source, {"N": None})
    assert "N" not in api.get(f"/v1/pages/{page}")["properties"]
    assert change(api, source, {"N": {"number": {}}})["properties"]["N"]["id"] != before
    assert value(api.get(f"/v1/pages/{page}"), "N") is None


@pytest.mark.parametrize("keeps", [True, False])
def test_another_type_reads_the_values_anew(clock: Clock, keeps: bool) -> None:
    workspace = Workspace(clock=clock, switches=Switches(type_change_keeps_id=keeps))
    api = Api(workspace)
    source = create(workspace, "Things", {"T": {"rich_text": {}}})
    number, word = (row(workspace, source, T={"rich_text": text(one)}) for one in ("12.5", "x"))
    before = properties(api, source)["T"]["id"]
    change(api, source, {"T": {"number": {}}})
    assert (properties(api, source)["T"]["id"] == before) is keeps
    assert value(api.get(f"/v1/pages/{number}"), "T") == 12.5
    assert value(api.get(f"/v1/pages/{word}"), "T") is None
    change(api, source, {"T": {"select": {}}})
    assert value(api.get(f"/v1/pages/{number}"), "T")["name"] == "12.5"


def test_the_title_stays(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    change(api, source, {"Name": None}, 400)
    change(api, source, {"Name": {"number": {}}}, 400)
    change(api, source, {"Other": {"title": {}}}, 400)
    assert change(api, source, {"title": {"name": "Label"}})["properties"]["Label"]["id"] == "title"


def test_names_are_unique(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {"A": {"number": {}}, "B": {"number": {}}})
    change(api, source, {"A": {"name": "B"}}, 400)


def test_options_are_replaced_and_what_is_left_out_is_gone(api: Api, workspace: Workspace) -> None:
    schema = {"select": {"options": [{"name": "a", "color": "red"}, {"name": "b"}]}}
    source = create(workspace, "Things", {"S": schema})
    page = row(workspace, source, S={"select": {"name": "b"}})
    before = properties(api, source)["S"]["select"]["options"]
    change(
        api, source, {"S": {"select": {"options": [{"name": "a", "color": "blue"}, {"name": "c"}]}}}
    )
    after = properties(api, source)["S"]["select"]["options"]
    assert [one["name"] for one in after] == ["a", "c"]
    assert after[0] == before[0]
    assert value(api.get(f"/v1/pages/{page}"), "S") is None


def test_a_status_has_groups_and_a_default(api: Api, workspace: Workspace) -> None:
    options = [{"name": "New"}, {"name": "Paid", "group": "Complete"}]
    source = create(
        workspace, "Things", {"A": {"status": {}}, "B": {"status": {"options": options}}}
    )
    shown = properties(api, source)
    assert [one["name"] for one in shown["A"]["status"]["options"]] == [
        "Not started",
        "In progress",
        "Done",
    ]
    groups = shown["B"]["status"]["groups"]
    assert [(one["name"], len(one["option_ids"])) for one in groups] == [
        ("To-do", 1),
        ("In progress", 0),
        ("Complete", 1),
    ]
    assert value(api.get(f"/v1/pages/{row(workspace, source)}"), "B")["name"] == "New"


def test_renaming_one_side_of_a_relation_shows_on_the_other(api: Api, workspace: Workspace) -> None:
    people = create(workspace, "People", {})
    orders = create(workspace, "Orders", {"Buyer": dual(people)})
    change(api, people, {"Related to Orders (Buyer)": {"name": "Orders"}})
    mine = properties(api, orders)["Buyer"]["relation"]["dual_property"]
    assert mine["synced_property_name"] == "Orders"


@pytest.mark.parametrize("what", ["single", "both"])
def test_removing_one_side_leaves_the_other_as_the_switch_says(clock: Clock, what: Any) -> None:
    workspace = Workspace(clock=clock, switches=Switches(deleted_half=what))
    api = Api(workspace)
    people = create(workspace, "People", {})
    orders = create(workspace, "Orders", {"Buyer": dual(people)})
    change(api, people, {"Related to Orders (Buyer)": None})
    left = properties(api, orders)
    if what == "both":
        assert "Buyer" not in left
    else:
        assert left["Buyer"]["relation"]["type"] == "single_property"


def test_a_relation_turns_two_way_and_shows_what_was_linked_before(
    api: Api, workspace: Workspace
) -> None:
    people = create(workspace, "People", {})
    orders = create(
        workspace,
        "Orders",
        {"Buyer": {"relation": {"data_source_id": people, "single_property": {}}}},
    )
    ada = row(workspace, people, "Ada")
    order = row(workspace, orders, Buyer={"relation": [{"id": ada}]})
    before = properties(api, orders)["Buyer"]["id"]
    assert change(api, orders, {"Buyer": dual(people)})["properties"]["Buyer"]["id"] == before
    mirrored = value(api.get(f"/v1/pages/{ada}"), "Related to Orders (Buyer)")
    assert mirrored == [{"id": order}]


def test_rows_that_exist_get_their_numbers_in_the_order_of_creation(
    api: Api, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {})
    pages = [row(workspace, source) for _ in range(3)]
    change(api, source, {"No": {"unique_id": {"prefix": "T"}}})
    assert [value(api.get(f"/v1/pages/{one}"), "No")["number"] for one in pages] == [1, 2, 3]
    change(api, source, {"Other": {"unique_id": {}}}, 400)


@pytest.mark.parametrize("readback", ["block_property", "prop"])
def test_a_formula_follows_the_property_that_it_names(clock: Clock, readback: Any) -> None:
    workspace = Workspace(clock=clock, switches=Switches(formula_readback=readback))
    api = Api(workspace)
    formula = {"formula": {"expression": 'prop("N") + 1'}}
    source = create(workspace, "Things", {"N": {"number": {}}, "F": formula})
    page = row(workspace, source, N={"number": 1})
    change(api, source, {"N": {"name": "M"}})
    shown = properties(api, source)["F"]["formula"]["expression"]
    assert shown == 'prop("M") + 1' if readback == "prop" else shown.startswith("{{notion:")
    assert value(api.get(f"/v1/pages/{page}"), "F") == {"type": "number", "number": 2}


def test_a_second_data_source_stands_beside_the_first(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    database = api.get(f"/v1/data_sources/{source}")["parent"]["database_id"]
    body = {
        "parent": {"database_id": database},
        "title": text("More"),
        "properties": {"Name": {"title": {}}},
    }
    second = api.post("/v1/data_sources", body)
    assert api.get(f"/v1/databases/{database}")["data_sources"] == [
        {"id": source, "name": "Things"},
        {"id": second["id"], "name": "More"},
    ]
    page = {"parent": {"database_id": database}, "properties": {"Name": titled("x")}}
    api.post("/v1/pages", page, 400)


def test_the_stamp_of_a_database_stays_and_that_of_its_data_source_moves(
    api: Api, clock: Clock, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {})
    page = row(workspace, source)
    clock.pass_(minutes=3)
    shown = change(api, source, {"N": {"number": {}}})
    database = api.get(f"/v1/databases/{shown['parent']['database_id']}")
    assert shown["last_edited_time"] == "2026-11-22T10:07:00.000Z"
    assert database["last_edited_time"] == database["created_time"]
    assert api.get(f"/v1/pages/{page}")["last_edited_time"] == "2026-11-22T10:04:00.000Z"


def test_no_page_is_made_in_the_workspace_itself_over_http(api: Api) -> None:
    api.post("/v1/pages", {"parent": {"workspace": True}}, 400)


@pytest.mark.parametrize(
    "wrong",
    [
        {"Name": None},
        {"New": {"nonsense": {}}},
        {"New": {"relation": {"data_source_id": "11111111-1111-4111-8111-111111111111"}}},
        {"New": {"select": {"options": [{"name": "a, b"}]}}},
        {"New": {"rollup": {"relation_property_name": "N", "rollup_property_name": "N"}}},
    ],
)
def test_a_refused_change_of_schema_leaves_everything_as_it_was(
    api: Api, workspace: Workspace, wrong: Json
) -> None:
    other = create(workspace, "Others", {})
    options = {"select": {"options": [{"name": "a"}]}}
    leads = {"relation": {"data_source_id": other, "dual_property": {}}}
    source = create(workspace, "Things", {"N": {"number": {}}, "S": options, "R": leads})
    friend = row(workspace, other, "friend")
    values = {
        "N": {"number": 3},
        "S": {"select": {"name": "a"}},
        "R": {"relation": [{"id": friend}]},
    }
    page = row(workspace, source, "One", **values)
    paths = [f"/v1/data_sources/{source}", f"/v1/data_sources/{other}"]
    paths += [f"/v1/pages/{page}", f"/v1/pages/{friend}"]

    def everything() -> list[Json]:
        return [{**api.get(path), "request_id": ""} for path in paths]

    before = everything()
    changes: Json = {"A": {"number": {}}, "N": None, "S": {"select": {"options": []}}, "R": None}
    body = {"title": text("New"), "properties": {**changes, **wrong}}
    api.patch(paths[0], body, 404 if "data_source_id" in str(wrong) else 400)
    assert everything() == before


def test_a_refused_database_is_not_there(api: Api, workspace: Workspace) -> None:
    page = workspace.create_page({"parent": {"workspace": True}})["id"]
    other = create(workspace, "Others", {})
    shown = api.get(f"/v1/data_sources/{other}")["properties"]
    properties = {
        "Name": {"title": {}},
        "R": {"relation": {"data_source_id": other, "dual_property": {}}},
        "Sum": {"rollup": {"relation_property_name": "R", "rollup_property_name": "Nothing"}},
    }
    body: Json = {"parent": {"page_id": page}, "initial_data_source": {"properties": properties}}
    api.post("/v1/databases", body, 400)
    assert api.get(f"/v1/blocks/{page}/children")["results"] == []
    assert api.get(f"/v1/data_sources/{other}")["properties"] == shown


def test_a_refused_change_of_a_database_changes_nothing(api: Api, workspace: Workspace) -> None:
    source = create(workspace, "Things", {})
    database = workspace.data_source(source)["parent"]["database_id"]
    for path in (f"/v1/databases/{database}", f"/v1/data_sources/{source}"):
        for wrong in ({"icon": 7}, {"in_trash": "no"}, {"parent": {"page_id": "x"}}):
            api.patch(path, {"title": text("New"), **wrong}, 400)
            assert workspace.database(database)["title"][0]["plain_text"] == "Things"


def test_a_data_source_has_no_more_than_500_properties(api: Api, workspace: Workspace) -> None:
    many: Json = {f"P{one}": {"checkbox": {}} for one in range(499)}
    source = create(workspace, "Things", many)
    body: Json = {"properties": {"More": {"checkbox": {}}}}
    message = api.patch(f"/v1/data_sources/{source}", body, 400)["message"]
    assert "more than 500 properties" in message
