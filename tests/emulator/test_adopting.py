"""What was read of one workspace reads the same of the one that took it in."""

from dataclasses import replace
from typing import Any

import pytest

from notion_emulator import Workspace, adopt
from notion_emulator.sample import build_generated, build_sample
from tests.emulator.client import Api, Clock, create, row, text, titled
from tests.emulator.originals import read

Json = dict[str, Any]

#: Parts of an answer that are another every time.
FLEETING = {"request_id", "expiry_time"}


def lasting(thing: Any) -> Any:
    """Return JSON without what no two answers share: signatures and ids of requests."""
    if isinstance(thing, dict):
        return {
            key: one.split("?X-Amz")[0] if key == "url" and isinstance(one, str) else lasting(one)
            for key, one in thing.items()
            if key not in FLEETING
        }
    return [lasting(one) for one in thing] if isinstance(thing, list) else thing


def copy_of(api: Api, clock: Clock) -> Api:
    copy = Workspace(clock=clock, seed=99)
    adopt(copy, read(api))
    return Api(copy)


def same(one: Api, other: Api) -> None:
    before, after = read(one), read(other)
    assert lasting(after.me) == lasting(before.me)
    assert lasting(after.users) == lasting(before.users)
    assert lasting(after.databases) == lasting(before.databases)
    order = [source["id"] for source in before.data_sources]
    sources = sorted(after.data_sources, key=lambda source: order.index(source["id"]))
    assert lasting(sources) == lasting(before.data_sources)
    shown = {page["id"]: lasting(page) for page in after.pages}
    assert shown == {page["id"]: lasting(page) for page in before.pages}
    assert after.environment == before.environment


def test_the_sample_reads_the_same(workspace: Workspace, clock: Clock) -> None:
    build_sample(workspace)
    api = Api(workspace)
    same(api, copy_of(api, clock))


def test_many_pages_read_the_same_and_in_the_same_order(clock: Clock) -> None:
    workspace = Workspace(clock=clock, seed=7)
    build_generated(workspace, 600, 3)
    api = Api(workspace)
    copy = copy_of(api, clock)
    same(api, copy)
    for source in workspace.environment.values():
        ids = [page["id"] for page in api.walk(source)]
        assert [page["id"] for page in copy.walk(source)] == ids


def test_life_goes_on_in_the_copy(workspace: Workspace, clock: Clock) -> None:
    source = create(workspace, "Things", {"No": {"unique_id": {}}, "State": {"status": {}}})
    row(workspace, source, "One")
    row(workspace, source, "Two")
    copy = copy_of(Api(workspace), clock)
    body = {"parent": {"data_source_id": source}, "properties": {"Name": titled("Three")}}
    page = copy.post("/v1/pages", body)
    assert page["properties"]["No"]["unique_id"]["number"] == 3
    assert page["properties"]["State"]["status"]["name"] == "Not started"
    assert copy.patch(f"/v1/pages/{page['id']}", {"in_trash": True})["in_trash"]
    assert len(copy.walk(source)) == 2


def test_every_kind_of_value_reads_the_same(workspace: Workspace, clock: Clock) -> None:
    ann = workspace.add_person("Ann", "ann@example.org")
    guest = workspace.add_person("Guest", guest=True)
    kinds = {
        "rich_text": text("Plain"),
        "number": 0,
        "checkbox": True,
        "date": {"start": "2026-03-01", "end": "2026-03-04"},
        "people": [{"id": ann}, {"id": guest}],
        "url": "https://example.org",
        "email": "a@example.org",
        "phone_number": "+1 555",
        "select": {"name": "One"},
        "multi_select": [{"name": "One"}, {"name": "Two"}],
        "files": [
            {"name": "a.pdf", "external": {"url": "https://example.org/a.pdf"}},
            {"name": "b.pdf", "file": {"url": "https://files.example.org/b.pdf?X-Amz-1"}},
        ],
        "place": {"lat": 1.5, "lon": 2.5, "name": "Here"},
    }
    computed = ("created_by", "last_edited_by", "created_time", "last_edited_time")
    source = create(workspace, "Things", {kind: {kind: {}} for kind in (*kinds, *computed)})
    values = {kind: {kind: value} for kind, value in kinds.items()}
    values["rich_text"] = {
        "rich_text": [
            {"text": {"content": "Bold "}, "annotations": {"bold": True}},
            {"mention": {"user": {"id": ann}}},
            {"equation": {"expression": "e=mc^2"}},
        ]
    }
    page = row(workspace, source, "Full", **values)
    row(workspace, source, "Empty")
    row(workspace, source)
    workspace.update_page(page, {"icon": {"type": "emoji", "emoji": "🌱"}, "is_locked": True})
    api = Api(workspace)
    same(api, copy_of(api, clock))


def test_a_relation_that_leads_outside_shows_as_one_that_is_not_shared(
    workspace: Workspace, clock: Clock
) -> None:
    outside = create(workspace, "Outside", {"Points": {"number": {}}})
    source = create(workspace, "Inside", {})
    relation = {"data_source_id": outside, "dual_property": {"synced_property_name": "Back"}}
    workspace.update_data_source(source, {"properties": {"Out": {"relation": relation}}})
    rollup = {
        "relation_property_name": "Out",
        "rollup_property_name": "Points",
        "function": "sum",
    }
    workspace.update_data_source(source, {"properties": {"Sum": {"rollup": rollup}}})
    there = row(workspace, outside, "There", Points={"number": 4})
    here = row(workspace, source, "Here", Out={"relation": [{"id": there}]})
    whole = read(Api(workspace))
    inside = [one for one in whole.data_sources if one["id"] == source]
    database = inside[0]["parent"]["database_id"]
    part = replace(
        whole,
        databases=[one for one in whole.databases if one["id"] == database],
        data_sources=inside,
        pages=[page for page in whole.pages if page["id"] == here],
    )
    copy = Workspace(clock=clock, seed=99)
    adopt(copy, part)
    api = Api(copy)
    schema = api.get(f"/v1/data_sources/{source}")["properties"]
    assert schema == inside[0]["properties"]
    api.get(f"/v1/data_sources/{outside}", status=404)
    properties = api.get(f"/v1/pages/{here}")["properties"]
    assert properties["Out"]["relation"] == []
    assert not properties["Out"]["has_more"]


def test_only_an_empty_workspace_takes_one_in(workspace: Workspace) -> None:
    build_sample(workspace)
    with pytest.raises(ValueError, match="empty"):
        adopt(workspace, read(Api(workspace)))
