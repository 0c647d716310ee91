"""Notion's own JavaScript client: where it is, and how its programs are built and run.

Rule: what is missing on this machine is named, with the command that brings it.
"""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

JS = Path(__file__).parent / "js"
SOURCES = JS / "src"
# One for each worker of pytest-xdist; below js, where Node finds the client.
BUILT = JS / "build" / os.environ.get("PYTEST_XDIST_WORKER", "alone")
OLDEST_NODE = 20


def lacking() -> str | None:
    """Return what this machine lacks to run the client, None when nothing."""
    if (missing := node_lacking()) is not None:
        return missing
    if not (JS / "node_modules" / "@notionhq" / "client").is_dir():
        return "the client is not installed (run: npm ci --prefix tests/clients/js)"
    return None


def node_lacking() -> str | None:
    """Return what this machine lacks to run any program of Node, None when nothing."""
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            return f"{program} is not installed (Debian: apt-get install nodejs npm)"
    version = subprocess.run(["node", "--version"], check=True, capture_output=True, text=True)
    if int(version.stdout.lstrip("v").partition(".")[0]) < OLDEST_NODE:
        return f"Node {version.stdout.strip()} is older than {OLDEST_NODE}"
    return None


def build() -> None:
    """Compile the programs against the client's own types, strictly."""
    compiler = JS / "node_modules" / "typescript" / "bin" / "tsc"
    shutil.rmtree(BUILT, ignore_errors=True)
    done = subprocess.run(
        ["node", str(compiler), "-p", str(JS), "--outDir", str(BUILT)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        pytest.fail(f"tsc --strict:\n{done.stdout}{done.stderr}", pytrace=False)


def run(program: str, environment: dict[str, str], *, stdin: str = "") -> str:
    """Run a built program; return what it wrote, or fail with it."""
    done = subprocess.run(
        ["node", str(BUILT / program)],
        check=False,
        capture_output=True,
        text=True,
        input=stdin,
        env={"PATH": os.environ["PATH"], **environment},
    )
    if done.returncode:
        pytest.fail(f"{program}:\n{done.stdout}{done.stderr}", pytrace=False)
    return done.stdout
