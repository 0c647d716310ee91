"""Where the programs of Postgres are looked for, and what is said when there are none."""

import importlib.machinery
import importlib.util
import os
import stat
import subprocess
from pathlib import Path

import pytest

from accord import postgres_programs
from accord.postgres_programs import LocalPostgresError, copy_to_open_place, find_programs


def pretend_programs(directory: Path) -> Path:
    directory.mkdir(parents=True)
    for name in ("initdb", "pg_ctl", "postgres"):
        (directory / name).touch(mode=0o755)
    return directory


@pytest.fixture
def bare_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without any Postgres; returns where its system packages would be."""
    monkeypatch.delenv("SYNC_PG_BIN", raising=False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setattr(postgres_programs, "_SYSTEM_ROOT", tmp_path / "system")
    return tmp_path / "system"


@pytest.mark.usefixtures("bare_machine")
def test_no_programs_at_all_says_what_to_do() -> None:
    with pytest.raises(LocalPostgresError, match=r"pip install 'accord-sync\[local\]'"):
        find_programs()


def test_the_newest_of_the_system_is_taken(bare_machine: Path) -> None:
    for version in ("9", "15", "17"):
        pretend_programs(bare_machine / version / "bin")
    (bare_machine / "18" / "bin").mkdir(parents=True)
    assert find_programs() == bare_machine / "17" / "bin"


def test_the_wheel_comes_before_the_system(
    bare_machine: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_programs(bare_machine / "99" / "bin")
    pretend_programs(tmp_path / "wheel" / "pginstall" / "bin")
    newest = pretend_programs(tmp_path / "wheel" / "pginstall18" / "bin")
    spec = importlib.machinery.ModuleSpec("carrier", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path / "wheel")]
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: spec)
    assert find_programs() == newest


def test_the_environment_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = pretend_programs(tmp_path / "mine")
    monkeypatch.setenv("SYNC_PG_BIN", str(mine))
    assert find_programs() == mine


def test_a_wrong_environment_names_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (pretend_programs(tmp_path / "mine") / "initdb").unlink()
    monkeypatch.setenv("SYNC_PG_BIN", str(tmp_path / "mine"))
    with pytest.raises(LocalPostgresError, match=r"mine has no initdb"):
        find_programs()


def test_a_copy_works_for_everybody_and_is_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SYNC_PG_BIN", raising=False)
    monkeypatch.setattr(postgres_programs, "OPEN_PLACE", tmp_path / "open")
    before = os.umask(0o077)
    try:
        copy = copy_to_open_place(find_programs())
    finally:
        os.umask(before)
    said = subprocess.run([copy / "initdb", "--version"], capture_output=True, check=True).stdout
    assert b"PostgreSQL" in said
    for path in (tmp_path / "open").rglob("*"):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o044 == 0o044, path
        assert mode & 0o011 == 0o011 or path.is_file(), path
    made = (copy / "initdb").stat().st_ino
    assert copy_to_open_place(find_programs()) == copy
    assert (copy / "initdb").stat().st_ino == made
