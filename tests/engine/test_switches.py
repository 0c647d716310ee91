"""One eventful day, under either answer to each point on which Notion's behaviour is not proven.

Rule: every switch of the local Notion stands in one of two tables: the day is lived under its
other value, or it is said why the engine cannot tell.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import httpx2
import orjson
import pytest

from notion_emulator import Switches
from tests.emulator.client import Api
from tests.engine.agreement import Exceptions, differences
from tests.engine.conftest import NewWorld
from tests.engine.test_hostile_links import agents_of
from tests.engine.test_verify import compare
from tests.engine.world import World


@dataclass(frozen=True)
class Flip:
    """Another value of a switch.

    Args:
        value: the value.
        why: how the engine could tell.
        parts: the parts of the day in which it could, besides the plain work.
    """

    value: Any
    why: str
    parts: str = ""


#: Switch -> its other value, and where the engine could tell.
TESTED = {
    "mirror_bumps_stamp": Flip(True, "a link from the other side lists both pages as edited"),
    "trash_reaches_databases": Flip(
        True, "a database below a trashed page says that it is in the trash", "databases"
    ),
    "walks": Flip("frozen", "a list names pages that came or went while it was read", "databases"),
    "stamp_filter": Flip("exact", "the last edits are asked for by their minute"),
    "trash_days": Flip(1, "pages in the trash are there no more", "databases"),
    "trashed_targets": Flip("show", "links into the trash come and go, or stay", "databases"),
    "options_ignore_case": Flip(False, "two options differ in case alone"),
    "full_mentions": Flip(1, "a text is shown in two ways: people with and without a name"),
    "merge_segments": Flip(True, "a text is shown in two ways: cut, and in one piece"),
    "block_edit_bumps_page": Flip(True, "a page is listed though no property of it changed"),
    "schema_edit_bumps_rows": Flip(True, "all pages are listed at once, or none", "schemas"),
    "trashed_data_source_query": Flip(
        "not_found", "a database is thrown away while it is listed", "databases"
    ),
    "type_change_keeps_id": Flip(False, "properties are known by their ids", "schemas"),
    "deleted_half": Flip("both", "a declared property goes as its other half is deleted", "halves"),
    "unshared_relation_in_schema": Flip(
        False, "a declared property goes as its target is shared no more", "databases"
    ),
    "search_returns_trashed_sources": Flip(False, "search finds the databases", "databases"),
    "search_lag_seconds": Flip(600.0, "search finds the databases and the trash", "databases"),
    "email_verified": Flip(False, "what is known of people is compared with what is kept"),
}

READS = "decides about writes, which are tried in test_switches_written"

#: Switch -> why the engine cannot tell; the requests that this rests on are asserted below.
CANNOT_MATTER: dict[str, str] = {
    "unknown_property": READS,
    "unknown_body_key": "no request says a word that is not known: the default refuses it",
    "big_numbers": READS,
    "text_unit": READS,
    "oversize_status": READS,
    "option_color_mismatch": READS,
    "missing_relation_target": READS,
    "null_start_cursor": "a first request has no start_cursor at all",
    "in_trash_in_query": "queries never say it",
    "mirror_sends_event": "a webhook rings; what it says is not read",
    "empty_sorts": "queries sort by creation time, which no page lacks",
    "unknown_filter_option": "queries filter by stamps alone",
    "week_starts_on": "queries filter by stamps alone, and by fixed moments",
    "formula_readback": "a formula's result is read, never its expression",
    "database_edit_bumps": "the stamp of a database is not read",
    "async_task_seconds": "nothing is asked for that Notion does later",
}


def test_every_switch_is_tested_or_cannot_matter() -> None:
    default = {each.name: each.default for each in fields(Switches)}
    assert TESTED.keys() | CANNOT_MATTER.keys() == default.keys()
    assert not TESTED.keys() & CANNOT_MATTER.keys()
    assert [name for name, flip in TESTED.items() if flip.value == default[name]] == []


@pytest.mark.parametrize("flipped", ["none", *TESTED, "all"])
def test_a_day_ends_in_agreement_whatever_notion_does(new_world: NewWorld, flipped: str) -> None:
    names = {"none": [], "all": list(TESTED)}.get(flipped, [flipped])
    switches = Switches(**{name: TESTED[name].value for name in names})
    parts = TESTED[flipped].parts if flipped in TESTED else "schemas databases halves"
    day = Day(new_world(switches=switches))
    day.work()
    if "schemas" in parts:
        day.schemas_change()
    if "databases" in parts:
        day.databases_go_and_come_back()
    day.agreement()
    if "halves" in parts:
        day.half_a_relation_goes()


class Listener(httpx2.AsyncBaseTransport):
    """Hears every request; something may happen before one is answered.

    Args:
        behind: the local Notion.
        day: whose requests these are.
    """

    def __init__(self, behind: httpx2.AsyncBaseTransport, day: Day) -> None:
        self.behind = behind
        self.day = day

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        body = orjson.loads(await request.aread() or b"{}")
        assert_reads(request.method, request.url.path, body)
        if request.url.path == f"/v1/data_sources/{self.day.lost_when_listed}/query":
            self.day.throw_away(self.day.lost_when_listed)
            self.day.lost_when_listed = ""
        return await self.behind.handle_async_request(request)


def assert_reads(method: str, path: str, body: dict[str, Any]) -> None:
    """What `CANNOT_MATTER` says of requests."""
    assert method == "GET" or (method == "POST" and path.endswith(("/query", "/search")))
    assert body.get("start_cursor", "") is not None
    if path.endswith("/query"):
        assert body.keys() <= {"page_size", "filter", "sorts", "start_cursor"}
        assert all(sort.keys() == {"timestamp", "direction"} for sort in body.get("sorts", ()))
        if "filter" in body:
            assert set(body["filter"]) == {"timestamp", "last_edited_time"}
            assert set(body["filter"]["last_edited_time"]) == {"on_or_after"}


class Day:
    """What people do in one day, with a round after each part of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.lost_when_listed = ""
        world.wire = lambda behind: Listener(behind, self)
        self.tasks = self.pages("tasks")
        self.spare = [self.create("tasks", f"Spare {number}") for number in range(30)]

    # ---- hands

    def pages(self, table: str) -> list[str]:
        found = self.world.workspace.query(self.world.ids[table], {"page_size": 100})
        return sorted(page["id"] for page in found)

    def create(self, table: str, title: str) -> str:
        parent = {"data_source_id": self.world.ids[table]}
        properties = {"title": {"title": [{"text": {"content": title}}]}}
        page = self.world.workspace.create_page({"parent": parent, "properties": properties})
        return str(page["id"])

    def write(self, page: str, **properties: Any) -> None:
        named = {name.replace("_", " "): value for name, value in properties.items()}
        self.world.workspace.update_page(page, {"properties": named})

    def change_schema(self, table: str, properties: dict[str, Any]) -> None:
        self.world.workspace.update_data_source(self.world.ids[table], {"properties": properties})

    def throw_away(self, source: str, *, really: bool = True) -> None:
        self.world.workspace.update_data_source(source, {"in_trash": really})

    def row(self, page: str) -> dict[str, Any]:
        return self.world.row("tasks", page)

    def round(self, **options: Any) -> list[tuple[str, str | None]]:
        """A round some minutes later; answers which tables and properties have problems."""
        self.world.clock.turn(minutes=15)
        report = self.world.sync(**options)
        return [(problem.table, problem.property) for problem in report.problems]

    # ---- the day

    def work(self) -> None:
        """People edit, link from both sides, throw away and fetch back."""
        assert self.round() == []
        assert self.world.property_ids
        one, two, three = self.tasks[:3]
        ada, bob = [u.id for u in self.world.workspace.state.users.values() if u.email][:2]
        mentions = [{"mention": {"user": {"id": user}}} for user in (ada, bob, ada)]
        self.write(one, Notes={"rich_text": mentions}, Estimated_Time={"number": 2.5})
        pieces = [{"text": {"content": part}} for part in ("cut ", "in ", "three")]
        bold = {"text": {"content": "!"}, "annotations": {"bold": True}}
        self.write(two, Notes={"rich_text": [*pieces, bold, bold]})
        self.write(
            two,
            Status={"select": {"name": "dONE"}},
            Tags={"multi_select": [{"name": "tWIN"}, {"name": "Lone"}]},
            Due_Date={"date": {"start": "2026-01-31", "end": "2026-02-03"}},
            Assigned_To={"people": [{"id": ada}, {"id": bob}]},
        )
        many = [{"id": page} for page in self.spare]
        self.write(three, Dependencies={"relation": many}, Subtasks={"relation": many[:2]})
        agent = self.pages("agents")[0]
        entities = [{"id": page} for page in self.pages("business_entities")]
        self.write(agent, Business_Entity_Association={"relation": entities})
        assert self.round() == []
        assert self.row(one)["estimated_time"] == 2.5
        assert self.row(two)["notes"] == "cut in three!!"
        assert agent in agents_of(self.world, entities[1]["id"])

        Api(self.world.workspace).patch(
            f"/v1/blocks/{one}/children", {"children": [{"paragraph": {"rich_text": []}}]}
        )
        self.write(agent, Business_Entity_Association={"relation": entities[:1]})
        self.write(three, Dependencies={"relation": many[::-1]})
        self.world.workspace.trash_page(self.spare[0])
        self.world.workspace.trash_page(self.spare[1])
        assert self.round() == []
        assert agent not in agents_of(self.world, entities[1]["id"])
        self.round()  # search may have been late
        assert self.row(self.spare[0])["deleted_at"] is not None
        self.world.workspace.restore_page(self.spare[1])  # no stamp: the next sweep finds it

    def schemas_change(self) -> None:
        """An option goes, a property is renamed, a number is a text for a while."""
        status = self.world.workspace.data_source(self.world.ids["tasks"])["properties"]["Status"]
        options = [{"id": o["id"]} for o in status["select"]["options"] if o["name"] != "To Do"]
        to_do = "select 1 from public.tasks where status = 'To Do'"
        assert len(self.world.query(to_do)) > 5
        notes, one = {"Notes": {"name": "Remarks"}}, self.tasks[0]
        self.change_schema("tasks", {"Status": {"select": {"options": options}}, **notes})
        self.change_schema("tasks", {"Estimated Time": {"rich_text": {}}})
        assert self.round() == [("tasks", "Estimated Time")]
        if self.world.workspace.state.switches.schema_edit_bumps_rows:
            assert self.world.query(to_do) == []
        assert self.row(one)["estimated_time"] == 2.5
        self.write(one, Remarks={"rich_text": [{"text": {"content": "under a new name"}}]})
        self.change_schema("tasks", {"Estimated Time": {"number": {}}})
        assert self.round() == []
        assert self.row(one)["notes"] == "under a new name"
        assert self.row(one)["estimated_time"] == 2.5
        self.change_schema("tasks", {"Remarks": {"name": "Notes"}})

    def databases_go_and_come_back(self) -> None:
        """One is not shared for a while, two are in the trash, one of them since it was listed."""
        before = self.links()
        ids = self.world.ids
        self.world.workspace.unshare(ids["business_entities"])
        self.throw_away(ids["use_cases"])
        for table in ("contacts_profiles", "tasks"):  # what is read while the targets are hidden
            for page in self.pages(table)[:2]:
                self.write(page, Tags={"multi_select": [{"name": "seen"}]})
        self.lost_when_listed = ids["feedback_surveys"]
        tables = {table for table, _ in self.round(full=True)}
        assert {"business_entities", "use_cases"} <= tables
        self.world.workspace.share(ids["business_entities"])
        self.throw_away(ids["use_cases"], really=False)
        self.throw_away(ids["feedback_surveys"], really=False)
        assert self.links() == before
        assert self.alive("use_cases") == len(self.pages("use_cases"))

    def links(self) -> list[dict[str, Any]]:
        """The links to business entities."""
        return self.world.query(
            "select 'contacts' as of, id, business_entity_id as to from public.contacts_profiles"
            " union all select 'agents', agent_id, business_entity_id"
            " from public.business_entities_active_agents order by 1, 2, 3"
        )

    def alive(self, table: str) -> int:
        return len(self.world.query(f"select 1 from public.{table} where deleted_at is null"))

    def agreement(self) -> None:
        """After a sweep both sides hold the same, the engine says so too, and all is quiet."""
        assert self.round(full=True) == []
        self.world.__dict__.pop("property_ids", None)  # a property may have a new id
        pages = self.world.workspace.state.pages.values()
        trashed = Exceptions(trashed={page.id for page in pages if page.in_trash})
        assert differences(self.world, trashed) == []
        assert [table.table for table in compare(self.world) if not table.equal] == []
        before = self.world.stamps()
        assert self.round() == []
        assert self.world.stamps() == before

    def half_a_relation_goes(self) -> None:
        """One side of a relation is deleted; the links stay in SQL until somebody decides."""
        before = self.world.query(
            "select task_name, related_workflow_instance_id from public.tasks order by id"
        )
        assert any(row["related_workflow_instance_id"] for row in before)
        self.change_schema("workflow_instances", {"Related Tasks": None})
        for page in self.tasks:
            self.write(page, Actual_Time={"number": 3})
        titles = {title for _, title in self.round()}
        lost = {"Related Tasks"}
        if self.world.workspace.state.switches.deleted_half == "both":
            lost.add("Related Workflow Instance")
        assert titles == lost
        assert before == self.world.query(
            "select task_name, related_workflow_instance_id from public.tasks order by id"
        )
