"""What was answered is in the data file, and all of it is there after a restart."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from starlette.types import Message, Send

from notion_emulator import Workspace
from notion_emulator.api.durable import Durable
from notion_emulator.errors import UnusableFileError
from notion_emulator.kept import KINDS, OTHERWISE, PAGES
from notion_emulator.sample import build_sample
from notion_emulator.tracking import Tracked
from tests.emulator.client import Api, Clock, create, row, text, titled
from tests.emulator.held import held


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notion.data"


@contextmanager
def opened(path: Path, clock: Clock | None = None) -> Iterator[Workspace]:
    workspace = Workspace(clock=clock or Clock(), seed=7, data=path)
    try:
        yield workspace
    finally:
        workspace.close()


def rows_written(workspace: Workspace) -> int:
    """Return how many rows the workspace wrote to its file so far."""
    assert workspace._file is not None
    return workspace._file._file.total_changes


def everything(api: Api) -> list[object]:
    """Return what the API shows: the users, and every object that search finds."""
    found: list[object] = [api.get("/v1/users")["results"], api.get("/v1/users/me")["name"]]
    for in_trash in (False, True):
        asked: dict[str, object] = {"filter": {"in_trash": in_trash}}
        while True:
            answer = api.post("/v1/search", asked)
            found += answer["results"]
            if not answer["has_more"]:
                break
            asked["start_cursor"] = answer["next_cursor"]
    return found


def test_the_sample_is_the_same_after_a_restart(path: Path, clock: Clock) -> None:
    with opened(path, clock) as workspace:
        environment = build_sample(workspace)
        before, shown = held(workspace), everything(Api(workspace))
    with opened(path, clock) as workspace:
        assert held(workspace) == before
        assert everything(Api(workspace)) == shown
        assert workspace.token == environment["NOTION_API_TOKEN"]


def test_what_every_endpoint_writes_is_there_after_a_restart(path: Path, clock: Clock) -> None:
    with opened(path, clock) as workspace:
        ann = workspace.add_person("Ann", "ann@example.org", guest=True)
        source = create(
            workspace,
            "Things",
            {
                "State": {"status": {}},
                "Kind": {"select": {"options": [{"name": "Old", "color": "red"}]}},
                "No": {"unique_id": {"prefix": "T"}},
                "When": {"date": {}},
                "Who": {"people": {}},
                "Twice": {"formula": {"expression": 'prop("No")'}},
            },
        )
        workspace.update_data_source(
            source,
            {
                "properties": {
                    "Next": {
                        "relation": {
                            "data_source_id": source,
                            "dual_property": {"synced_property_name": "Before"},
                        }
                    }
                }
            },
        )
        api = Api(workspace)
        one = row(workspace, source, "One", Who={"people": [{"id": ann}]})
        properties = {
            "Name": titled("Two"),
            "When": {"date": {"start": "2026-03-01", "end": "2026-03-02T10:00:00Z"}},
            "Kind": {"select": {"name": "New"}},
            "Next": {"relation": [{"id": one}]},
        }
        two = api.post(
            "/v1/pages", {"parent": {"data_source_id": source}, "properties": properties}
        )["id"]
        clock.pass_(minutes=5)
        paragraph = {"paragraph": {"rich_text": text("A word")}}
        api.patch(f"/v1/blocks/{two}/children", {"children": [paragraph]})
        icon = {"type": "emoji", "emoji": "🌱"}
        api.patch(f"/v1/pages/{two}", {"icon": icon, "properties": {"Name": titled("Second")}})
        sub = api.post("/v1/pages", {"parent": {"page_id": two}, "properties": {}})["id"]
        api.patch(f"/v1/pages/{one}", {"is_locked": True, "is_archived": True})
        gone = row(workspace, source, "Gone")
        api.patch(f"/v1/pages/{gone}", {"in_trash": True})
        workspace.unshare(sub)
        before, shown = held(workspace), everything(api)
        blocks = api.get(f"/v1/blocks/{two}/children")["results"]
    with opened(path, clock) as workspace:
        api = Api(workspace)
        assert held(workspace) == before
        assert everything(api) == shown
        assert api.get(f"/v1/blocks/{two}/children")["results"] == blocks
        api.get(f"/v1/pages/{sub}", status=404)
        assert [page["id"] for page in api.walk(source)] == [two]
        assert [page["id"] for page in api.walk(source, {"is_archived": True})] == [one]
        properties = api.get(f"/v1/pages/{one}")["properties"]
        assert properties["Before"]["relation"] == [{"id": two}]
        fresh = row(workspace, source, "Three")
        assert workspace.page(fresh)["properties"]["No"]["unique_id"]["number"] == 4


def test_a_schema_change_reaches_every_row_in_the_file(path: Path, clock: Clock) -> None:
    with opened(path, clock) as workspace:
        source = create(workspace, "Things", {"Points": {"number": {}}, "Old": {"number": {}}})
        points = {"Points": {"number": 3}, "Old": {"number": 4}}
        pages = [row(workspace, source, f"Row {number}", **points) for number in range(30)]
        workspace.trash_page(pages[0])
    with opened(path, clock) as workspace:
        change: dict[str, object] = {
            "Points": {"rich_text": {}},
            "Old": None,
            "State": {"status": {}},
        }
        Api(workspace).patch(f"/v1/data_sources/{source}", {"properties": change})
        before = held(workspace)
    with opened(path, clock) as workspace:
        assert held(workspace) == before
        shown = workspace.page(pages[1])["properties"]
        assert shown["Points"]["rich_text"][0]["plain_text"] == "3"
        assert shown["State"]["status"]["name"] == "Not started"
        assert "Old" not in shown


def test_ids_are_never_given_twice(path: Path) -> None:
    seen: set[str] = set()
    for _ in range(3):
        with opened(path) as workspace:
            page = workspace.create_page({"parent": {"workspace": True}, "properties": {}})
            request = Api(workspace).get("/v1/users/me")["request_id"]
        assert not seen & {page["id"], request}
        seen |= {page["id"], request}


def test_only_what_changed_is_written(path: Path, clock: Clock) -> None:
    with opened(path, clock) as workspace:
        source = create(workspace, "Things", {"Points": {"number": {}}})
        pages = [row(workspace, source, f"Row {number}") for number in range(200)]
        api = Api(workspace)
        api.get("/v1/users/me")
        before = rows_written(workspace)
        api.walk(source, size=10)
        api.post("/v1/search", {"query": "Row"})
        api.get(f"/v1/pages/{pages[3]}")
        assert rows_written(workspace) == before
        api.patch(f"/v1/pages/{pages[3]}", {"properties": {"Points": {"number": 1}}})
        assert rows_written(workspace) == before + 1
        api.patch(f"/v1/pages/{pages[3]}", {"properties": {"Nothing": {}}}, status=400)
        assert rows_written(workspace) == before + 1


def test_what_was_done_without_http_is_written_before_a_request_that_reads(path: Path) -> None:
    with opened(path) as workspace:
        source = create(workspace, "Things", {})
        page = row(workspace, source, "One")
        before = rows_written(workspace)
        Api(workspace).get(f"/v1/pages/{page}")
        assert rows_written(workspace) > before


def test_a_killed_process_loses_nothing_that_was_answered(path: Path) -> None:
    program = [sys.executable, "-m", "notion_emulator", "--port", "0", "--data", str(path)]
    kept: dict[str, str] = {}
    for attempt in range(3):
        with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            lines = [process.stdout.readline().strip().split("=", 1) for _ in range(18)]
            environment = dict(lines)
            headers = {
                "Authorization": f"Bearer {environment['NOTION_API_TOKEN']}",
                "Notion-Version": "2026-03-11",
            }
            with httpx2.Client(base_url=environment["NOTION_API_URL"], headers=headers) as client:
                for page, name in kept.items():
                    title = client.get(f"/v1/pages/{page}").json()["properties"]["Task Name"]
                    assert title["title"][0]["plain_text"] == name
                for number in range(20):
                    name = f"Task {attempt}.{number}"
                    body = {
                        "parent": {"data_source_id": environment["NOTION_TASKS_DB"]},
                        "properties": {"Task Name": titled(name)},
                    }
                    kept[client.post("/v1/pages", json=body).json()["id"]] = name
            os.kill(process.pid, signal.SIGKILL)
    assert len(kept) == 60


def holdings(workspace: Workspace) -> set[str]:
    """Return where a workspace and its parts hold things, by the way from the workspace."""
    found = set()
    for name, part in {"": workspace, **vars(workspace)}.items():
        if type(part).__module__.startswith("notion_emulator") and hasattr(part, "__dict__"):
            found |= {
                f"{name}.{inner}".lstrip(".")
                for inner, one in vars(part).items()
                if isinstance(one, dict | set | list) and not inner.startswith("_")
            }
    return found


def test_everything_that_a_workspace_holds_is_registered(path: Path) -> None:
    with opened(path) as workspace:
        registered = {kind.where for kind in (*KINDS, PAGES)}
        assert holdings(workspace) - OTHERWISE == registered, "add it to notion_emulator.kept"
        assert all(isinstance(kind.things(workspace), Tracked) for kind in (*KINDS, PAGES))


def test_a_file_that_is_in_use_is_refused(path: Path) -> None:
    with opened(path), pytest.raises(UnusableFileError, match="in use by another"):
        Workspace(data=path)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "notion.data"
    with pytest.raises(UnusableFileError, match=f"{path} cannot be opened"):
        Workspace(data=path)


def test_a_file_of_something_else_is_refused_and_left_alone(path: Path) -> None:
    path.write_text("Buy milk. " * 100)
    with pytest.raises(UnusableFileError, match="no data file"):
        Workspace(data=path)
    assert path.read_text() == "Buy milk. " * 100


def test_a_database_of_another_program_is_refused(path: Path) -> None:
    with sqlite3.connect(path) as other:
        other.execute("create table milk (litres)")
    other.close()
    with pytest.raises(UnusableFileError, match="no data file"):
        Workspace(data=path)


def test_a_file_of_another_format_is_refused(path: Path) -> None:
    with opened(path):
        pass
    with sqlite3.connect(path) as file:
        file.execute("pragma user_version = 99")
    file.close()
    with pytest.raises(UnusableFileError, match="format 99"):
        Workspace(data=path)


def test_a_workspace_without_a_file_keeps_nothing(tmp_path: Path) -> None:
    workspace = Workspace(seed=7)
    build_sample(workspace)
    workspace.commit()
    workspace.close()
    assert list(tmp_path.iterdir()) == []


def test_whatever_changes_the_workspace_is_written_before_the_answer_leaves(path: Path) -> None:
    with opened(path) as workspace:

        async def app(_scope: object, _receive: object, send: Send) -> None:
            workspace.add_person("Ann")
            await send({"type": "http.response.start", "status": 200})

        async def send(_message: Message) -> None:
            assert workspace._file is not None
            assert not workspace._file.pending
            sent.append(rows_written(workspace))

        async def receive() -> Message:
            raise AssertionError("nobody asks for the body")

        sent: list[int] = []
        before = rows_written(workspace)
        asyncio.run(Durable(app, workspace)({"type": "http"}, receive, send))
        assert sent == [before + 1]
