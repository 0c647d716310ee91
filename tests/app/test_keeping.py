"""What a project says of stamps and history in pyproject.toml."""

from __future__ import annotations

from pathlib import Path

import pytest

from accord.app import Project
from accord.config import Keeping, read_keeping
from accord.core.errors import ConfigurationError
from accord.core.stamps import Stamping


def said(folder: Path, lines: str) -> Path:
    (folder / "pyproject.toml").write_text(f'[tool.accord]\nmodels = "models"\n{lines}\n')
    return folder


def test_stamps_and_history_have_defaults_and_can_be_said(tmp_path: Path) -> None:
    assert read_keeping(said(tmp_path, "")) == Keeping(Stamping.BUDGETED, 365)
    lines = 'stamps = "on_write"\nhistory_days = 0'
    assert read_keeping(said(tmp_path, lines)) == Keeping(Stamping.ON_WRITE, 0)


def test_all_that_is_wrong_in_pyproject_is_said_at_once(tmp_path: Path) -> None:
    lines = 'stamps = "often"\nhistory_days = -1\n[tool.accord.policies]\nnowhere = "notion"'
    with pytest.raises(ConfigurationError) as caught:
        Project.open(said(tmp_path, lines))
    text = "\n".join(caught.value.problems)
    for word in ("'often'", "always, budgeted, on_write, off", "history_days is -1", "'nowhere'"):
        assert word in text
    assert len(caught.value.problems) == 3


@pytest.mark.parametrize("days", ["true", '"long"', "1.5", "36501"])
def test_days_are_a_whole_number(tmp_path: Path, days: str) -> None:
    with pytest.raises(ConfigurationError, match="history_days"):
        read_keeping(said(tmp_path, f"history_days = {days}"))
