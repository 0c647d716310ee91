"""A snapshot says all there is, the same every time, in words that people can read."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from notion_emulator import Workspace
from notion_emulator.errors import UnusableFileError
from notion_emulator.sample import build_sample
from notion_emulator.snapshot import snapshot
from tests.emulator.client import Api, Clock, create, row, titled
from tests.emulator.held import held

Json = dict[str, Any]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "notion.json"


def test_what_was_loaded_saves_as_what_it_was_loaded_from(
    workspace: Workspace, path: Path, clock: Clock
) -> None:
    build_sample(workspace)
    workspace.save(path)
    other = Workspace(clock=clock, seed=1, name="Another")
    other.load(path)
    assert snapshot(other) == path.read_bytes()
    assert Api(other).get("/v1/users")["results"] == Api(workspace).get("/v1/users")["results"]
    for source in workspace.environment.values():
        assert other.query(source) == workspace.query(source)


def test_looking_at_a_workspace_does_not_change_its_snapshot(workspace: Workspace) -> None:
    build_sample(workspace)
    before = snapshot(workspace)
    for source in workspace.environment.values():
        Api(workspace).walk(source)
    Api(workspace).post("/v1/search", {})
    assert snapshot(workspace) == before


def test_values_stand_under_the_names_that_people_gave(workspace: Workspace, path: Path) -> None:
    kinds: Json = {"Kind": {"select": {}}, "Tags": {"multi_select": {}}, "Day": {"date": {}}}
    source = create(workspace, "Things", kinds)
    row(
        workspace,
        source,
        "One",
        Kind={"select": {"name": "Large"}},
        Tags={"multi_select": [{"name": "a"}, {"name": "b"}]},
        Day={"date": {"start": "2026-03-01"}},
    )
    workspace.save(path)
    (page,) = orjson.loads(path.read_bytes())["pages"]
    assert page["values"] == {
        "Name": "One",
        "Kind": "Large",
        "Tags": ["a", "b"],
        "Day": {"start": "2026-03-01", "end": None},
    }


def test_names_that_mean_two_things_are_not_mixed_up(
    workspace: Workspace, path: Path, clock: Clock
) -> None:
    options = [{"name": "Done"}, {"name": "done"}]
    workspace = Workspace(clock=clock, seed=7)
    source = create(workspace, "Things", {"Kind": {"select": {"options": options}}})
    kind = workspace.data_source(source)["properties"]["Kind"]["select"]["options"]
    pages = [row(workspace, source, "x", Kind={"select": {"id": one["id"]}}) for one in kind]
    workspace.save(path)
    other = Workspace(clock=clock, seed=1)
    other.load(path)
    assert [other.page(one) for one in pages] == [workspace.page(one) for one in pages]


def test_new_ids_in_a_loaded_workspace_are_new(
    workspace: Workspace, path: Path, clock: Clock
) -> None:
    source = create(workspace, "Things", {})
    known = {row(workspace, source, f"Row {number}") for number in range(50)}
    workspace.save(path)
    other = Workspace(clock=clock, seed=7)
    other.load(path)
    fresh = {row(other, source, f"New {number}") for number in range(50)}
    assert not known & fresh
    assert len(other.state.pages) == 100


def test_a_snapshot_loaded_into_a_data_file_replaces_what_is_in_there(
    workspace: Workspace, path: Path, tmp_path: Path, clock: Clock
) -> None:
    source = create(workspace, "Things", {})
    page = row(workspace, source, "One")
    workspace.save(path)
    data = tmp_path / "notion.data"
    kept = Workspace(clock=clock, seed=3, data=data)
    gone = row(kept, create(kept, "Others", {}), "Two")
    kept.commit()
    kept.load(path)
    kept.close()
    again = Workspace(clock=clock, data=data)
    assert held(again) == path.read_bytes()
    api = Api(again)
    api.get(f"/v1/pages/{gone}", status=404)
    api.patch(f"/v1/pages/{page}", {"properties": {"Name": titled("Still here")}})
    again.close()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"format": "notion-emulator-snapshot", "version": 99}',
        b'{"format": "notion-emulator-snapshot", "version": 1, "pages": []}',
        b'{"format": "notion-emulator-snapshot", "version": 1, "pages": [{"id": "x"}]}',
    ],
)
def test_what_is_no_snapshot_is_refused_and_replaces_nothing(
    workspace: Workspace, path: Path, content: bytes
) -> None:
    build_sample(workspace)
    before = snapshot(workspace)
    path.write_bytes(content)
    with pytest.raises(UnusableFileError, match="no snapshot"):
        workspace.load(path)
    assert snapshot(workspace) == before


def test_a_snapshot_that_is_not_there_is_named(workspace: Workspace, path: Path) -> None:
    with pytest.raises(UnusableFileError, match=str(path)):
        workspace.load(path)


def test_a_snapshot_that_cannot_be_written_whole_leaves_the_old_one(
    workspace: Workspace, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text("the old one")

    def full(_path: Path, content: bytes) -> None:
        raise OSError(28, f"No space left for {len(content)} bytes")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        workspace.save(path)
    assert path.read_text() == "the old one"
