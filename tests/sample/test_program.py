"""`python -m notion_emulator` serves a workspace until Ctrl-C."""

import signal
import socket
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import httpx2
import pytest

from notion_emulator.__main__ import main

PROGRAM = [sys.executable, "-m", "notion_emulator", "--port", "0"]


@pytest.mark.parametrize("options", [[], ["--sample"], ["--pages", "40", "--seed", "5"]])
def test_it_prints_its_environment_serves_and_leaves_with_130(options: list[str]) -> None:
    with subprocess.Popen([*PROGRAM, *options], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        lines = [program.stdout.readline().strip().split("=", 1) for _ in range(18)]
        environment = dict(lines)
        headers = {
            "Authorization": f"Bearer {environment['NOTION_API_TOKEN']}",
            "Notion-Version": "2026-03-11",
        }
        source = UUID(environment["NOTION_TASKS_DB"])
        url = f"{environment['NOTION_API_URL']}/v1/data_sources/{source}"
        title = httpx2.get(url, headers=headers).raise_for_status().json()["title"]
        assert title[0]["plain_text"] == "Master Tasks Database"
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=60) == 130
        assert program.stdout.read() == ""


def test_a_budget_of_requests_is_kept() -> None:
    budget = ["--requests-per-minute", "1", "--pages", "0"]
    with subprocess.Popen([*PROGRAM, *budget], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        lines = [program.stdout.readline().strip().split("=", 1) for _ in range(2)]
        (_, url), (_, token) = lines
        headers = {"Authorization": f"Bearer {token}", "Notion-Version": "2026-03-11"}
        codes = [httpx2.get(f"{url}/v1/users/me", headers=headers).status_code for _ in range(2)]
        assert codes == [200, 429]
        program.send_signal(signal.SIGINT)
        assert program.wait(timeout=60) == 130


def test_an_address_that_is_taken_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        with pytest.raises(SystemExit) as left:
            main(["--port", port])
    assert left.value.code == 2
    assert f"cannot listen on 127.0.0.1:{port}: Address already in use" in capsys.readouterr().err


def test_a_host_that_is_not_there_is_exit_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["--port", "0", "--host", "203.0.113.7"])
    assert left.value.code == 2
    assert "203.0.113.7:0: Cannot assign requested address" in capsys.readouterr().err


def test_all_that_cannot_be_is_said_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--port", "70000", "--pages", "-1", "--requests-per-minute", "-5"])
    said = capsys.readouterr().err
    assert "--port is 70000, but must be from 0 to 65535" in said
    assert "--pages is -1" in said
    assert "--requests-per-minute is -5" in said


@pytest.mark.parametrize(
    "wrong", [["--pages", "-1"], ["--sample", "--pages", "3"], ["--port", "x"], ["--port", "-1"]]
)
def test_wrong_usage_is_exit_2(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(wrong)
    assert left.value.code == 2
    assert wrong[0] in capsys.readouterr().err


def test_what_fills_a_workspace_that_is_there_already_is_told_of(tmp_path: Path) -> None:
    said = []
    for _ in range(2):
        words = ["--data", str(tmp_path / "notion.data"), "--pages", "0"]
        with subprocess.Popen(
            [*PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as program:
            assert program.stdout is not None
            assert program.stdout.readline().startswith("NOTION_API_URL=")
            program.send_signal(signal.SIGINT)
            said.append(program.communicate(timeout=60)[1])
    first, second = said
    assert "holds a workspace" not in first
    assert "notion.data holds a workspace; --pages made nothing." in second
    assert "Ctrl-C ends it." in second
