"""A workspace is read whole, and only read."""

from typing import Any

import pytest

from accord.core.errors import ConfigurationError
from accord.notion.copying import Whole, read_workspace
from tests.notion.stage import Stage, page_ids

Json = dict[str, Any]


def copied(stage: Stage, named: dict[str, str] | None = None) -> Whole:
    ids = named or {"NOTION_PROJECTS_DB": stage.projects_db, "NOTION_TASKS_DB": stage.tasks_id}
    return stage.run(lambda: read_workspace(stage.client, ids, lambda _title, _pages: None))


def test_every_page_of_every_state_is_read_once() -> None:
    stage = Stage(row_cap=20)
    ids = stage.rows(90, per_minute=5)
    stage.workspace.update_page(ids[3], {"is_archived": True})
    stage.workspace.trash_page(ids[4])
    whole = copied(stage)
    found = [page["id"] for page in whole.pages]
    assert sorted(found) == sorted(ids)
    live = [page for page in whole.pages if not page["in_trash"] and not page["is_archived"]]
    assert [page["id"] for page in live] == [one for one in ids if one not in {ids[3], ids[4]}]


def test_long_lists_are_whole() -> None:
    stage = Stage()
    (project,) = stage.rows(1)
    tasks = stage.rows(60, seed=2, source=stage.tasks_id)
    people = [stage.workspace.add_person(f"Person {number}") for number in range(40)]
    properties = {
        "Tasks": {"relation": [{"id": one} for one in tasks]},
        "Team": {"people": [{"id": one} for one in people]},
    }
    stage.workspace.update_page(project, {"properties": properties})
    (page,) = [page for page in copied(stage).pages if page["id"] == project]
    assert [one["id"] for one in page["properties"]["Tasks"]["relation"]] == tasks
    assert [one["id"] for one in page["properties"]["Team"]["people"]] == people
    assert all(one["name"] for one in page["properties"]["Team"]["people"])


def test_a_database_and_its_data_source_mean_the_same() -> None:
    stage = Stage()
    whole = copied(stage)
    assert whole.environment == {
        "NOTION_PROJECTS_DB": stage.projects_id,
        "NOTION_TASKS_DB": stage.tasks_id,
    }
    assert [one["id"] for one in whole.databases] == [stage.projects_db, stage.tasks_db]


def test_nothing_is_written() -> None:
    stage = Stage()
    stage.rows(5)
    copied(stage)
    asked = {(one.method, one.path.rsplit("/", 1)[-1]) for one in stage.workspace.requests.last}
    assert {word for method, word in asked if method != "GET"} == {"query", "search"}
    assert {method for method, _ in asked} == {"GET", "POST"}


def test_everything_that_is_not_there_is_named_at_once() -> None:
    stage = Stage()
    first, second = page_ids(2, seed=9)
    named = {"NOTION_A_DB": first, "NOTION_B_DB": second, "NOTION_TASKS_DB": stage.tasks_id}
    with pytest.raises(ConfigurationError) as refused:
        copied(stage, named)
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "NOTION_A_DB",
        "NOTION_B_DB",
    ]


def test_it_tells_how_far_it_has_come() -> None:
    stage = Stage()
    stage.rows(150)
    told: list[tuple[str, int]] = []
    named = {"NOTION_PROJECTS_DB": stage.projects_db}
    stage.run(lambda: read_workspace(stage.client, named, lambda *one: told.append(one)))
    assert told[:2] == [("Projects", 100), ("Projects", 150)]
