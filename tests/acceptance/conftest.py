"""The commands as a user runs them: a process, an environment, two servers.

Rule: the product runs as a process, against a local Notion over HTTP and a real Postgres.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Run = Callable[..., "Done"]


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """All that it printed, with line breaks taken for spaces."""
        return " ".join((self.out + self.err).split())


class LocalNotion:
    """`python -m notion_emulator` as a process."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "notion_emulator", "--port", "0", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.environment: dict[str, str] = {}
        assert self.process.stdout is not None
        while len(self.environment) < 18:
            name, _, value = self.process.stdout.readline().strip().partition("=")
            assert name, "the local Notion did not start"
            self.environment[name] = value

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=20)


@pytest.fixture(scope="session")
def sample_notion() -> Iterator[dict[str, str]]:
    """A served sample workspace that nobody edits."""
    notion = LocalNotion("--sample")
    yield notion.environment
    notion.stop()


@pytest.fixture
def environment(sample_notion: dict[str, str], postgres_url: str) -> dict[str, str]:
    """What a user sets: Notion and Postgres, and nothing else of ours."""
    return {
        **sample_notion,
        "SUPABASE_DB_URL": postgres_url,
        "NOTION_REQUESTS_PER_MINUTE": "0",
    }


def command(*words: str, env: dict[str, str], cwd: Path = ROOT, timeout: float = 120) -> Done:
    """Run a command of the project to its end."""
    done = subprocess.run(
        [sys.executable, "-m", *words],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "COLUMNS": "200", **env},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)
