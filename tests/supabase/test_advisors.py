"""What Supabase's own advisors say of the finished schema: nothing, and they do speak up."""

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.supabase.program import supabase


def advice(url: str, home: Path) -> tuple[int, list[dict[str, Any]]]:
    """(exit code, what is said)."""
    done = supabase(
        "db", "advisors", f"--remote={url}", "--type", "all", "--level", "info", "--fail-on",
        "warn", home=home,
    )  # fmt: skip
    start = done.stdout.find("[")
    assert start >= 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout[start:])
    return done.returncode, found


def test_the_advisors_have_nothing_against_the_finished_schema(
    finished_url: str, tmp_path: Path
) -> None:
    code, found = advice(finished_url, tmp_path)
    assert [f"{each['name']}: {each['detail']}" for each in found if each["level"] != "INFO"] == []
    assert code == 0
    # An index that no test used yet, and the list of readers, which nobody reads by a policy.
    assert {each["name"] for each in found} == {"unused_index", "rls_enabled_no_policy"}
    closed = [each["detail"] for each in found if each["name"] == "rls_enabled_no_policy"]
    assert len(closed) == 1
    assert "sync.readers" in closed[0]


@pytest.mark.parametrize(
    ("mistake", "name"),
    [
        (
            "create table public.naked (id int primary key); grant select on public.naked to anon",
            "rls_disabled_in_public",
        ),
        (
            "alter function sync.readable_v1() reset search_path",
            "function_search_path_mutable",
        ),
        (
            "create policy more on public.tasks for select to authenticated using (true)",
            "multiple_permissive_policies",
        ),
    ],
)
def test_the_advisors_would_speak_up(
    finished_url: str, tmp_path: Path, mistake: str, name: str
) -> None:
    with psycopg.connect(finished_url, autocommit=True) as connection:
        connection.execute(mistake.encode())
    code, found = advice(finished_url, tmp_path)
    assert name in {each["name"] for each in found if each["level"] != "INFO"}
    assert code != 0
