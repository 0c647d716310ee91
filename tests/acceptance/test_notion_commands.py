"""`accord notion`: serve, snapshot and clone, as a user runs them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import orjson
import pytest

from tests.acceptance.conftest import ROOT, Done, command

Json = dict[str, Any]
CLONE = ("accord", "notion", "clone", "--from-env")


@contextmanager
def served(*words: str) -> Iterator[dict[str, str]]:
    """Serve a local Notion with `accord notion serve`; give the environment that it prints."""
    with subprocess.Popen(
        [sys.executable, "-m", "accord", "notion", "serve", "--port", "0", *words],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip().partition("=") for _ in range(18)]
        environment = {name: value for name, _, value in lines}
        assert "" not in environment, "it did not start"
        try:
            yield environment
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=30) == 130


class Client:
    """Speaks to a served Notion."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.headers = {
            "Authorization": f"Bearer {environment['NOTION_API_TOKEN']}",
            "Notion-Version": "2026-03-11",
        }

    def send(self, method: str, path: str, body: Json | None = None) -> Json:
        url = self.environment["NOTION_API_URL"] + path
        response = httpx2.request(method, url, headers=self.headers, json=body)
        answer: Json = response.raise_for_status().json()
        answer.pop("request_id")
        return answer

    def shown(self) -> Json:
        """Return all schemas and pages, by variable."""
        found: Json = {}
        for variable, source in self.environment.items():
            if not variable.endswith("_DB"):
                continue
            path = f"/v1/data_sources/{source}"
            found[variable] = self.send("GET", path)
            body: Json = {"page_size": 100}
            found[f"{variable} pages"] = self.send("POST", f"{path}/query", body)["results"]
        return found


def lasting(thing: Any) -> Any:
    """Return JSON without signatures, which are others every time."""
    if isinstance(thing, dict):
        return {
            key: one.split("?X-Amz")[0] if key == "url" and isinstance(one, str) else lasting(one)
            for key, one in thing.items()
            if key != "expiry_time"
        }
    return [lasting(one) for one in thing] if isinstance(thing, list) else thing


def from_env(environment: dict[str, str]) -> dict[str, str]:
    return {**environment, "NOTION_REQUESTS_PER_MINUTE": "0"}


def expect(done: Done, code: int, *words: str) -> None:
    assert done.code == code, done.said
    for word in words:
        assert word in done.said, f"{word!r} is not in: {done.said}"
    assert "Traceback" not in done.said


def test_a_clone_serves_what_the_original_serves(
    sample_notion: dict[str, str], tmp_path: Path
) -> None:
    snapshot, data = tmp_path / "clone.json", tmp_path / "clone.data"
    expect(command(*CLONE, "--to", str(snapshot), env=from_env(sample_notion)), 0, "16 data")
    loaded = command(
        "accord", "notion", "snapshot", "load", str(snapshot), f"--data={data}", env={}
    )
    expect(loaded, 0, "97 pages")
    original = Client(sample_notion).shown()
    with served("--data", str(data)) as environment:
        sources = {name: one for name, one in sample_notion.items() if name.endswith("_DB")}
        assert {name: environment[name] for name in sources} == sources
        assert lasting(Client(environment).shown()) == lasting(original)
    again = tmp_path / "again.json"
    saved = command("accord", "notion", "snapshot", "save", str(again), "--data", str(data), env={})
    expect(saved, 0, "97 pages")
    assert again.read_bytes() == snapshot.read_bytes()


def test_every_option_on_the_page_about_copies_is_one_of_the_commands() -> None:
    page = (ROOT / "docs" / "copies.md").read_text("utf-8")
    named = set(re.findall(r"--[a-z][a-z-]+", page))
    commands = (["clone"], ["serve"], ["snapshot", "load"])
    helps = [command("accord", "notion", *words, "--help", env={}).out for words in commands]
    assert named >= {"--from-env", "--anonymise"}
    assert named <= set(re.findall(r"--[a-z][a-z-]+", " ".join(helps)))


def words_of(pages: list[Json]) -> set[str]:
    """Return the titles, texts and addresses of pages."""
    found = set()
    for page in pages:
        for answer in page["properties"].values():
            value = answer[answer["type"]]
            if answer["type"] in {"title", "rich_text"}:
                found |= {part["plain_text"] for part in value if part["type"] == "text"}
            if answer["type"] in {"url", "email", "phone_number"} and value:
                found.add(value)
    return {one for one in found if len(one) > 12}


def test_an_anonymous_clone_says_nothing_that_people_wrote(
    sample_notion: dict[str, str], tmp_path: Path
) -> None:
    environment = from_env(sample_notion)
    shown = Client(sample_notion).shown()
    pages = [page for key, one in shown.items() if key.endswith("pages") for page in one]
    written = {}
    for name, seed in (("a", "1"), ("b", "1"), ("c", None)):
        path = tmp_path / f"{name}.json"
        seeded = () if seed is None else ("--seed", seed)
        done = command(*CLONE, "--to", str(path), "--anonymise", *seeded, env=environment)
        expect(done, 0)
        written[name] = path.read_text("utf-8")
        text = "\n".join(leaves(orjson.loads(written[name])))
        said = words_of(pages)
        assert len(said) > 100
        assert [one for one in said if one in text] == []
        assert "@example.org" not in text
    assert written["a"] == written["b"]
    assert written["a"] != written["c"]


def leaves(thing: Any) -> list[str]:
    if isinstance(thing, dict):
        return [leaf for one in thing.values() for leaf in leaves(one)]
    if isinstance(thing, list):
        return [leaf for one in thing for leaf in leaves(one)]
    return [thing] if isinstance(thing, str) else []


def test_edits_survive_a_restart_and_what_fills_counts_only_once(tmp_path: Path) -> None:
    data = str(tmp_path / "notion.data")
    with served("--data", data, "--pages", "40", "--seed", "3") as environment:
        client = Client(environment)
        page = client.shown()["NOTION_TASKS_DB pages"][0]["id"]
        client.send("PATCH", f"/v1/pages/{page}", {"icon": {"type": "emoji", "emoji": "🌱"}})
        before = client.shown()
    with served("--data", data, "--sample") as environment:
        assert lasting(Client(environment).shown()) == lasting(before)


def test_a_data_file_in_use_is_named(tmp_path: Path) -> None:
    data = tmp_path / "notion.data"
    with served("--data", str(data)):
        done = command("accord", "notion", "serve", "--data", str(data), env={})
        expect(done, 2, str(data), "in use")
        to = str(tmp_path / "s.json")
        save = command("accord", "notion", "snapshot", "save", to, "--data", str(data), env={})
        expect(save, 2, "in use")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["serve", "--sample", "--pages", "-3"], ["two ways", "--pages is -3"]),
        (["serve", "--port", "70000", "--pages", "-3"], ["--port is 70000", "--pages is -3"]),
        (["serve", "--port", "0", "--data", "tests"], ["tests is a folder"]),
        (["snapshot", "save", "s.json", "--data", "nowhere.data"], ["no file nowhere.data"]),
        (["snapshot", "load", "nowhere.json", "--data", "new.data"], ["nowhere.json"]),
        (["snapshot", "load", "pyproject.toml", "--data", "new.data"], ["is no snapshot"]),
        (["snapshot", "load", "s.json", "--data", "pyproject.toml"], ["is there already"]),
        (["clone", "--to", "nowhere/s.json"], ["--from-env", "no folder nowhere"]),
        (["clone", "--from-env", "--to", "s.json", "--seed", "1"], ["--anonymise"]),
        (["clone", "--from-env", "--to", "s.json"], ["NOTION_API_TOKEN", "NOTION_TASKS_DB"]),
        (["clone", "--from-env"], ["--to"]),
    ],
)
def test_wrong_usage_is_said_at_once_and_makes_no_file(words: list[str], said: list[str]) -> None:
    before = sorted(ROOT.iterdir())
    expect(command("accord", "notion", *words, env={}), 2, *said)
    assert sorted(ROOT.iterdir()) == before


def test_a_clone_needs_no_supabase_and_names_what_is_not_shared(
    sample_notion: dict[str, str], tmp_path: Path
) -> None:
    wrong = {**from_env(sample_notion), "NOTION_TASKS_DB": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    wrong["NOTION_USE_CASES_DB"] = "11111111222233334444555555555555"  # as no UUID is made
    to = tmp_path / "s.json"
    done = command(*CLONE, "--to", str(to), env=wrong)
    expect(done, 2, "NOTION_TASKS_DB", "NOTION_USE_CASES_DB", "share it")
    assert not to.exists()
