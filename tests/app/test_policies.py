"""Who wins a conflict can be said in pyproject.toml, for a table or for one property."""

from pathlib import Path

import pytest

from accord.app import Project
from accord.core.errors import ConfigurationError
from accord.core.merge import Policy
from accord.core.schema import Schema
from accord.declare import load_schema

DECLARED = load_schema("models")


def opened(folder: Path, policies: str) -> Schema:
    (folder / "pyproject.toml").write_text(f'[tool.accord]\nmodels = "models"\n{policies}')
    return Project.open(folder).schema


def refused(folder: Path, policies: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        opened(folder, f"[tool.accord.policies]\n{policies}")
    return caught.value.problems


@pytest.mark.parametrize("policies", ["", "[tool.accord.policies]\n"])
def test_without_a_word_the_models_decide(tmp_path: Path, policies: str) -> None:
    assert opened(tmp_path, policies) == DECLARED


@pytest.mark.parametrize("policy", Policy)
def test_a_table_and_a_property_have_their_own_policy(tmp_path: Path, policy: Policy) -> None:
    schema = opened(
        tmp_path,
        f'[tool.accord.policies]\ntasks = "{policy}"\n"tasks.Description" = "manual"\n',
    )
    tasks = schema.collection("tasks")
    assert tasks.policy_of(tasks.field("priority")) is policy
    assert tasks.policy_of(tasks.field("description")) is Policy.MANUAL
    others = [c for c in schema if c.table != "tasks"]
    assert others == [c for c in DECLARED if c.table != "tasks"]


def test_all_lines_that_are_wrong_are_told_at_once(tmp_path: Path) -> None:
    said = refused(
        tmp_path,
        'task = "notion"\n'
        '"tasks.Descripton" = "newest"\n'
        '"tasks.Supabase ID" = "supabase"\n'
        'workflows = "oldest"\n'
        '"workflows.Nothing" = 7\n'
        "tasks.Priority = 'manual'\n",
    )
    told = "\n".join(said)
    assert "no table 'task'; did you mean 'tasks'?" in told
    assert "no property 'Descripton' that both sides can edit; did you mean 'Description'?" in told
    assert "no property 'Supabase ID' that both sides can edit" in told
    assert "workflows = 'oldest' is no policy; there are: notion, supabase, newest, man" in told
    assert "no property 'Nothing'" in told
    assert "7 is no policy" in told
    assert 'stands in quotes: "tasks.Priority"' in told
    assert all(line.startswith("[tool.accord.policies]: ") for line in said)


def test_policies_that_are_no_table_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="table of its own"):
        opened(tmp_path, 'policies = "notion"\n')
