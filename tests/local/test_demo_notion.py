"""The demo's local Notion is there again after a restart."""

import asyncio
from pathlib import Path

import pytest

from accord.core.errors import UsageError
from accord.local import _notion
from tests.emulator.held import held


def test_edits_survive_a_restart_and_pages_count_only_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "notion.sqlite"

    async def first() -> bytes:
        async with _notion(data, pages=50, seed=2) as workspace:
            page = workspace.query(workspace.environment["NOTION_TASKS_DB"])[0]["id"]
            workspace.trash_page(page)
            return held(workspace)

    async def second(pages: int) -> bytes:
        async with _notion(data, pages=pages, seed=3) as workspace:
            return held(workspace)

    before = asyncio.run(first())
    assert asyncio.run(second(0)) == before
    assert capsys.readouterr().err == ""
    assert asyncio.run(second(9)) == before
    assert "--reset" in capsys.readouterr().err


def test_two_demos_in_one_folder_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "notion.sqlite"

    async def both() -> None:
        async with _notion(data, pages=0, seed=1), _notion(data, pages=0, seed=1):
            raise AssertionError("the second must not start")

    with pytest.raises(UsageError, match="in use"):
        asyncio.run(both())
