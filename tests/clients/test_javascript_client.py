"""Notion's own JavaScript client gets along with the local Notion."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notion_emulator import Workspace
from tests.clients import node
from tests.clients.serving import served
from tests.emulator.client import Clock, create, text, titled

CAP = 50
ROWS = 170
A_MINUTE = 7  # rows created in one


def furnished(clock: Clock) -> tuple[Workspace, dict[str, str]]:
    """A workspace with a person, a page to start from and more rows than one walk gives."""
    workspace = Workspace(clock=clock, row_cap=CAP)
    person = workspace.add_person("Ada", "ada@example.org")
    home = workspace.create_page(
        {"parent": {"workspace": True}, "properties": {"title": {"title": text("Home")}}}
    )
    many = create(workspace, "Many", {})
    start = datetime(2026, 3, 1, tzinfo=UTC)
    rows: list[tuple[str, dict[str, Any], datetime, None]] = [
        (
            f"00000000-0000-4000-8000-{one:012d}",
            {"Name": titled(f"row {one}")},
            start + timedelta(minutes=one // A_MINUTE),
            None,
        )
        for one in range(ROWS)
    ]
    workspace.bulk_pages(many, rows)
    return workspace, {
        "LOCAL_NOTION_TOKEN": workspace.token,
        "LOCAL_NOTION_PAGE": str(home["id"]),
        "LOCAL_NOTION_PERSON": person,
        "LOCAL_NOTION_MANY": many,
        "LOCAL_NOTION_CAP": str(CAP),
        "LOCAL_NOTION_ROWS": str(ROWS),
    }


PROGRAMS = sorted(path.stem for path in node.SOURCES.glob("*.test.ts"))


@pytest.mark.usefixtures("node_programs")
@pytest.mark.parametrize("program", PROGRAMS)
def test_the_javascript_client_finds_what_its_types_promise(program: str, clock: Clock) -> None:
    workspace, environment = furnished(clock)
    with served(workspace) as url:
        node.run(f"{program}.js", {"LOCAL_NOTION_URL": url, **environment})
    assert workspace.requests.count > 0


def test_the_lock_file_pins_by_content_and_names_no_address_to_download_from() -> None:
    packages = json.loads((node.JS / "package-lock.json").read_text())["packages"]
    pinned = {name: one for name, one in packages.items() if name}
    assert "node_modules/@notionhq/client" in pinned
    assert all(one["integrity"].startswith("sha512-") for one in pinned.values())
    assert not [name for name, one in pinned.items() if "resolved" in one]
