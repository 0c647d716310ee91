"""Supabase's own program, the `supabase` CLI: where it is, and how it is asked.

Rule: it runs without an account, tells nobody of it, and keeps what it writes in a folder of its
own. What is missing on this machine is named, with the command that brings it.
"""

import os
import shutil
import subprocess
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "clients" / "supabase"
PROGRAM = FOLDER / "node_modules" / ".bin" / "supabase"


def lacking() -> str | None:
    """Return what this machine lacks to run the program, None when nothing."""
    if shutil.which("node") is None:
        return "node is not installed (Debian: apt-get install nodejs npm)"
    if not PROGRAM.exists():
        return "the supabase program is not installed (run: npm ci --prefix tests/clients/supabase)"
    return None


def supabase(*words: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run it to its end; ``home`` is where it may write."""
    return subprocess.run(
        [str(PROGRAM), *words],
        cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": str(home), "DO_NOT_TRACK": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
