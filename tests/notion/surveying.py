"""What the tests of surveys share."""

from dataclasses import replace
from typing import Any

from accord.core.ports import Problem, SourceState, Survey
from accord.core.schema import Schema
from tests.notion.stage import SCHEMA, Stage


def survey(stage: Stage, schema: Schema = SCHEMA, **known: SourceState) -> Survey:
    async def scene() -> Survey:
        return await stage.notion.survey(schema, stage.ids, known)

    return stage.run(scene)


def sources(found: Survey) -> dict[str, str]:
    return {table: binding.data_source_id for table, binding in found.bindings.items()}


def only(problems: tuple[Problem, ...]) -> Problem:
    [problem] = problems
    assert problem.reason
    assert problem.remedy
    return problem


def both(stage: Stage) -> dict[str, str]:
    return {"projects": stage.projects_id, "tasks": stage.tasks_id}


def state(stage: Stage, table: str = "projects", **changes: Any) -> SourceState:
    databases = {"projects": stage.projects_db, "tasks": stage.tasks_db}
    return replace(SourceState(table, databases[table], both(stage)[table]), **changes)
