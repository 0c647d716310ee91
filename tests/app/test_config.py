"""The environment: what is read, and what is said about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from accord.config import models_package, read_environment, read_settings
from accord.core.errors import ConfigurationError
from accord.core.schema import Schema
from accord.declare import load_schema

DATABASE = "0f8fad5b-d9cb-469f-a165-70867728950e"
GOOD = {
    "NOTION_API_TOKEN": "ntn_secret_word",
    "SUPABASE_DB_URL": "postgresql://postgres:secret-word@db.example.org/postgres",
    "NOTION_TASKS_DB": DATABASE,
}


@pytest.fixture(scope="module")
def schema() -> Schema:
    return load_schema("models")


def problems(environment: dict[str, str], schema: Schema) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_settings(environment, schema)
    return "\n".join(caught.value.problems)


def test_defaults_are_notion_itself_and_its_smallest_budget(schema: Schema) -> None:
    settings = read_settings(GOOD, schema)
    assert settings.notion_url == "https://api.notion.com"
    assert settings.requests_per_minute == 180
    assert settings.databases == {"tasks": DATABASE.replace("-", "")}
    assert len(settings.skipped) == 15


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/"])
def test_the_address_may_end_with_the_version_of_the_api(schema: Schema, end: str) -> None:
    settings = read_settings({**GOOD, "NOTION_API_URL": f"http://127.0.0.1:8970{end}"}, schema)
    assert settings.notion_url == "http://127.0.0.1:8970"


def test_no_secret_is_in_the_settings_as_shown(schema: Schema) -> None:
    shown = repr(read_settings(GOOD, schema))
    assert "secret" not in shown


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("NOTION_API_URL", "https://me:hidden-word@notion.example.org", "user or password"),
        ("NOTION_API_URL", "ntn_hidden-word", "looks like a secret"),
        ("NOTION_API_URL", "http://[broken", "NOTION_API_URL"),
        ("NOTION_TASKS_DB", "ntn_hidden-word", "looks like a secret"),
        ("SUPABASE_DB_URL", "postgresql://me:a@hidden-word@db.example.org/postgres", "%40"),
        ("SUPABASE_DB_URL", "postgresql://me:a/hidden-word@db.example.org/postgres", "%2F"),
    ],
)
def test_a_secret_in_the_wrong_place_is_not_shown(
    schema: Schema, variable: str, value: str, said: str
) -> None:
    told = problems({**GOOD, variable: value}, schema)
    assert said in told
    assert "hidden" not in told


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("NOTION_API_TOKEN", " ", "NOTION_API_TOKEN is not set"),
        ("NOTION_API_URL", "http://notion.example.org", "https"),
        ("NOTION_API_URL", "nowhere", "'nowhere'"),
        ("NOTION_REQUESTS_PER_MINUTE", "-1", "'-1'"),
        ("NOTION_REQUESTS_PER_MINUTE", "fast", "'fast'"),
        ("NOTION_TASKS_DB", "tasks", "NOTION_TASKS_DB is 'tasks'"),
        ("SUPABASE_DB_URL", "", "SUPABASE_DB_URL is not set"),
        ("SUPABASE_DB_URL", "mysql://x", "postgresql://"),
    ],
)
def test_what_is_wrong_is_named(schema: Schema, variable: str, value: str, said: str) -> None:
    assert said in problems({**GOOD, variable: value}, schema)


def test_all_that_is_wrong_is_named_at_once(schema: Schema) -> None:
    said = problems({"NOTION_REQUESTS_PER_MINUTE": "x", "SUPABASE_URL": "https://x"}, schema)
    for word in (
        "NOTION_API_TOKEN",
        "NOTION_REQUESTS_PER_MINUTE",
        "SUPABASE_API_KEY",
    ):
        assert word in said
    assert "NOTION_BUSINESS_ENTITIES_DB" in said


def test_two_variables_may_not_name_one_database(schema: Schema) -> None:
    said = problems({**GOOD, "NOTION_USE_CASES_DB": DATABASE.replace("-", "").upper()}, schema)
    assert "NOTION_TASKS_DB" in said
    assert "NOTION_USE_CASES_DB" in said


def test_the_environment_goes_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("NOTION_API_TOKEN=from file\nNOTION_TASKS_DB='x'\n")
    monkeypatch.setenv("NOTION_API_TOKEN", "from environment")
    environment = read_environment(tmp_path)
    assert environment["NOTION_API_TOKEN"] == "from environment"
    assert environment["NOTION_TASKS_DB"] == "x"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no pyproject.toml"),
        ("[tool", "cannot be read"),
        ("[tool.accord]\n", "where the models are"),
    ],
)
def test_a_folder_that_is_no_project_is_told_what_it_lacks(
    tmp_path: Path, text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=said):
        models_package(tmp_path)
