"""The commands as a program: what is there, and what it takes to begin."""

from __future__ import annotations

import subprocess
import sys

from accord.cli import app

SEEN = "import sys, accord.cli; print(sorted(n for n in sys.modules if n.startswith('notion_emu')))"


def test_every_command_says_what_it_is_for() -> None:
    for name, command in app.resolved_commands().items():
        assert command.help, f"{name} has no help"


def test_no_command_waits_for_the_local_notion_but_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", SEEN], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
