"""What tells an open page of the face to look again, and what it then gets."""

from __future__ import annotations

import re

import pytest

from notion_emulator import Workspace
from tests.emulator.client import Api, Clock, create, row, text
from tests.emulator.face_client import Person


@pytest.fixture
def page(workspace: Workspace) -> str:
    return row(workspace, create(workspace, "Things", {}), "One")


@pytest.fixture
def person(workspace: Workspace) -> Person:
    workspace.add_person("Ada", "ada@example.org")
    return Person(workspace)


def test_a_page_is_told_to_look_again_when_something_happened(
    workspace: Workspace, api: Api, person: Person, page: str
) -> None:
    mark = re.findall(r'data-mark="([^"]+)"', person.get(f"/pages/{page}"))[0]
    person.send("GET", f"/news?since={mark}", status=204)
    workspace.update_page(page, {"properties": {"Name": {"title": text("Two")}}})
    fresh = person.get(f"/news?since={mark}")
    assert fresh != mark
    person.send("GET", f"/news?since={fresh}", status=204)
    api.patch(f"/v1/pages/{page}", {"icon": {"type": "emoji", "emoji": "🌊"}})
    assert person.get(f"/news?since={fresh}")


def test_a_long_table_is_shown_again_as_far_as_it_was(
    person: Person, workspace: Workspace, clock: Clock
) -> None:
    source = create(workspace, "Many", {})
    for number in range(130):
        clock.pass_(seconds=1)
        row(workspace, source, f"Row {number}")
    for asked, shown in (("", 50), ("?shown=20", 50), ("?shown=100", 100), ("?shown=all", 50)):
        html = person.get(f"/databases/{source}{asked}")
        assert html.count("data-page=") == shown
    assert person.get(f"/databases/{source}?shown=999").count("data-page=") == 130
