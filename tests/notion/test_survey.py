"""A survey finds every database in one request, and names what it cannot find, with the remedy."""

from datetime import timedelta
from typing import Any

import httpx2
import pytest

from accord.core.schema import Collection, Field, PropertyType, Schema
from accord.notion.errors import RateLimitedError, UnauthorizedError, UnreachableError
from notion_emulator import Switches
from tests.notion.stage import Stage, database, once, page_ids, refusal
from tests.notion.surveying import both, only, sources, state, survey

SEARCH = "/v1/search"


# ---- finding


def test_sixteen_databases_cost_one_request() -> None:
    stage = Stage()
    collections, ids = [], {}
    for number in range(16):
        made = stage.workspace.create_database(
            database(f"Database {number}", {"Name": {"title": {}}})
        )
        table = f"table_{number}"
        ids[table] = made["id"] if number % 2 else made["data_sources"][0]["id"]
        collections.append(
            Collection(
                f"Database {number}",
                table,
                f"NOTION_{number}_DB",
                f"Model{number}",
                (Field("name", "Name", PropertyType.TITLE, "name", "text"),),
            )
        )
    stage.ids = ids
    found = survey(stage, Schema.of(collections))
    assert found.bindings.keys() == ids.keys()
    assert found.problems == ()
    assert stage.client.requests == 1


@pytest.mark.parametrize("kind", ["database", "data source"])
@pytest.mark.parametrize("dashes", [True, False])
@pytest.mark.parametrize("shift", [str.lower, str.upper])
def test_an_id_may_be_of_either_kind_and_in_any_writing(
    kind: str, dashes: bool, shift: Any
) -> None:
    stage = Stage()
    ids = both(stage) if kind == "data source" else stage.ids
    stage.ids = {t: shift(i if dashes else i.replace("-", "")) for t, i in ids.items()}
    found = survey(stage)
    assert sources(found) == both(stage)
    assert found.bindings["projects"].database_id == stage.projects_db
    assert stage.client.requests == 1


def test_a_collection_without_an_id_is_left_out() -> None:
    stage = Stage()
    stage.ids = {"tasks": stage.tasks_id}
    found = survey(stage)
    assert sources(found) == stage.ids
    assert found.problems == ()


@pytest.mark.parametrize("kind", ["database", "data source"])
def test_what_search_does_not_show_is_asked_for(kind: str) -> None:
    stage = Stage(switches=Switches(search_lag_seconds=600))
    stage.ids = both(stage) if kind == "data source" else stage.ids
    assert sources(survey(stage)) == both(stage)
    assert stage.client.requests == (3 if kind == "data source" else 7)


def test_a_source_that_is_known_is_asked_for_at_once() -> None:
    stage = Stage(switches=Switches(search_lag_seconds=600))
    found = survey(stage, projects=state(stage), tasks=state(stage, "tasks"))
    assert sources(found) == both(stage)
    assert stage.client.requests == 3


def test_search_that_fails_is_done_without() -> None:
    stage = Stage()
    stage.wire.fault = lambda r: (
        refusal(500, "internal_server_error") if r.url.path == SEARCH else None
    )
    found = survey(stage)
    assert sources(found) == both(stage)
    assert found.problems == ()


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(401, "unauthorized"), UnauthorizedError),
        (refusal(429, "rate_limited"), RateLimitedError),
        (httpx2.ConnectError("no"), UnreachableError),
    ],
)
def test_what_would_stop_every_request_stops_the_survey(answer: Any, kind: Any) -> None:
    stage = Stage()
    stage.wire.fault = lambda _: answer
    with pytest.raises(kind):
        survey(stage)
    assert {r.url.path for r in stage.wire.requests} == {SEARCH}


def crowd(stage: Stage, *, later: int) -> None:
    """So many other databases that search needs a second answer to show them all."""
    at = stage.clock.utc() + timedelta(minutes=later)
    stage.clock.time += 600  # search knows nothing of what is to come
    for number in range(120):
        body = database(f"Other {number}", {"Name": {"title": {}}})
        stage.workspace.create_database(body, at=at)


@pytest.mark.parametrize(("later", "requests"), [(5, 2), (-5, 1)])
def test_search_goes_on_while_something_is_missing_and_no_longer(later: int, requests: int) -> None:
    stage = Stage()
    crowd(stage, later=later)
    found = survey(stage, projects=state(stage), tasks=state(stage, "tasks"))
    assert sources(found) == both(stage)
    assert stage.client.requests == requests


def test_a_database_id_alone_is_looked_for_to_the_end() -> None:
    stage = Stage()
    crowd(stage, later=-5)
    assert sources(survey(stage)) == both(stage)
    assert stage.client.requests == 2


# ---- what cannot be found


def test_a_database_that_is_not_shared_is_told_and_the_others_go_on() -> None:
    stage = Stage()
    stage.workspace.unshare(stage.projects_db)
    found = survey(stage)
    assert sources(found) == {"tasks": stage.tasks_id}
    problem = only(found.problems)
    assert problem.table == "projects"
    assert "NOTION_PROJECTS_DB" in problem.reason
    assert "Connections" in problem.remedy


@pytest.mark.parametrize("text", ["abc", "", "12345", "g" * 32])
def test_an_id_that_is_none_is_told(text: str) -> None:
    stage = Stage()
    stage.ids["projects"] = text or " "
    problem = only(survey(stage).problems)
    assert "NOTION_PROJECTS_DB" in problem.reason
    assert "32 characters" in problem.remedy


def test_of_a_link_the_id_in_it_is_told() -> None:
    stage = Stage()
    bare = stage.projects_db.replace("-", "")
    stage.ids["projects"] = f"https://www.notion.so/us/Projects-{bare}?v={page_ids(1)[0]}"
    assert stage.projects_db in only(survey(stage).problems).remedy


def test_an_id_that_notion_itself_refuses_is_told() -> None:
    stage = Stage()
    stage.ids["projects"] = "12345678-1234-1234-1234-123456789abc"
    assert "is no id" in only(survey(stage).problems).reason


@pytest.mark.parametrize("shown", [True, False])
@pytest.mark.parametrize("kind", ["database", "data source"])
def test_a_database_in_the_trash_is_told(kind: str, shown: bool) -> None:
    stage = Stage(switches=Switches(search_returns_trashed_sources=shown))
    stage.ids["projects"] = stage.projects_db if kind == "database" else stage.projects_id
    stage.workspace.update_database(stage.projects_db, {"in_trash": True})
    found = survey(stage)
    assert sources(found) == {"tasks": stage.tasks_id}
    problem = only(found.problems)
    assert "trash" in problem.reason
    assert "Restore" in problem.remedy


def second_source(stage: Stage) -> str:
    made = stage.workspace.create_data_source(
        {
            "parent": {"type": "database_id", "database_id": stage.projects_db},
            "title": [{"text": {"content": "Old projects"}}],
            "properties": {"Name": {"title": {}}},
        }
    )
    return str(made["id"])


@pytest.mark.parametrize("lag", [0.0, 600.0])
def test_a_database_with_two_data_sources_asks_which_is_meant(lag: float) -> None:
    stage = Stage(switches=Switches(search_lag_seconds=lag))
    other = second_source(stage)
    found = survey(stage)
    assert sources(found) == {"tasks": stage.tasks_id}
    problem = only(found.problems)
    assert "2 data sources" in problem.reason
    assert f"Old projects = {other}" in problem.remedy
    assert f"Projects = {stage.projects_id}" in problem.remedy


def test_the_source_that_is_known_is_meant_where_there_are_two() -> None:
    stage = Stage()
    second_source(stage)
    found = survey(stage, projects=state(stage))
    assert sources(found) == both(stage)
    assert found.problems == ()


def test_a_source_that_is_gone_is_not_replaced_by_another_without_a_word() -> None:
    stage = Stage()
    gone = page_ids(1, seed=7)[0]
    found = survey(stage, projects=state(stage, data_source_id=gone))
    assert sources(found) == {"tasks": stage.tasks_id}
    assert stage.projects_id in only(found.problems).remedy


def test_the_other_source_is_taken_when_its_own_id_is_given() -> None:
    stage = Stage()
    other = second_source(stage)
    stage.ids["projects"] = other
    found = survey(stage, projects=state(stage))
    assert sources(found)["projects"] == other


def test_one_database_is_not_kept_in_two_tables() -> None:
    stage = Stage()
    stage.ids["projects"] = stage.tasks_id
    found = survey(stage)
    assert found.bindings == {}
    assert {p.table for p in found.problems} == {"projects", "tasks"}
    assert all("NOTION_PROJECTS_DB and NOTION_TASKS_DB" in p.reason for p in found.problems)


def test_a_failure_that_concerns_one_database_stops_no_other() -> None:
    stage = Stage(switches=Switches(search_lag_seconds=600))
    stage.ids = both(stage)
    stage.wire.fault = once(refusal(403, "restricted_resource"), stage.projects_id)
    found = survey(stage)
    assert sources(found) == {"tasks": stage.tasks_id}
    assert "capabilities" in only(found.problems).remedy
