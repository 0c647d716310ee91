"""The runner of migrations: brings a database to where the files in a folder say it should be.

Rule: a file is applied together with its own record in one transaction, so a run that was cut
off has applied fewer files and nothing else; run it again. The record is that of the Supabase
CLI (``supabase_migrations.schema_migrations``), so either may go on where the other stopped.

Before the first statement everything is checked: history and folder must agree, and no table
that is about to be made may be there already. What is refused has changed nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path

from accord.core.errors import SupabaseError
from accord.supabase.migration_files import Migration, read_folder
from accord.supabase.statements import created_table, moves_table, quote_literal, squash
from accord.supabase.targets import PostgresTarget, Session, Target

WAIT_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Applied:
    """A file that was applied, and what Postgres remarked meanwhile."""

    migration: Migration
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Status:
    """How the history of a database and a folder of files compare.

    Args:
        applied: recorded, and there as a file.
        pending: files that are not recorded, in the order in which they will run.
        unknown: recorded versions without a file.
        changed: applied files that hold something else than was applied.
    """

    applied: tuple[Migration, ...] = ()
    pending: tuple[Migration, ...] = ()
    unknown: tuple[str, ...] = ()
    changed: tuple[Migration, ...] = ()

    @property
    def late(self) -> tuple[Migration, ...]:
        """Pending files that are older than something that is applied."""
        newest = max([m.version for m in self.applied] + list(self.unknown), default="")
        return tuple(m for m in self.pending if m.version < newest)


Progress = Callable[[Applied, int, int], None]


async def pending(target: Target | str, folder: Path) -> Status:
    """Compare the history of a database with a folder. Writes nothing.

    Args:
        target: the database, or its Postgres URL.
        folder: the migrations.

    Raises:
        ConfigurationError: the URL or a file cannot be right.
        SupabaseError: the database does not answer.
    """
    migrations = read_folder(folder)
    async with _opened(target) as session:
        return _compare(migrations, await _history(session))


async def apply(
    target: Target | str,
    folder: Path,
    *,
    progress: Progress | None = None,
    include_all: bool = False,
    wait: float = WAIT_SECONDS,
) -> list[Applied]:
    """Apply what is pending, oldest first. Doing it twice has the effect of once.

    Two runners at once take turns: the second waits for at most ``wait`` seconds.

    Args:
        target: the database, or a Postgres URL of a user that may create schemas and tables.
        folder: the migrations.
        progress: called after each file with it, its number from 1, and how many there are.
        include_all: also apply files that are older than what is applied already.
        wait: how long to wait for another runner, in seconds.

    Raises:
        ConfigurationError: the URL or a file cannot be right; nothing was done.
        SupabaseError: the database does not answer, is not what the folder expects, or refused
            a statement. Files before that one are applied, nothing of it or after it is.
    """
    migrations = read_folder(folder)
    async with _opened(target) as session:
        status = _compare(migrations, await _history(session))
        _refuse_disagreement(status, include_all=include_all)
        if not status.pending:
            return []
        async with session.turn(wait):
            # The one before us may have done some of it.
            status = _compare(migrations, await _history(session))
            _refuse_disagreement(status, include_all=include_all)
            await _refuse_standing_tables(session, status.pending)
            done: list[Applied] = []
            for number, migration in enumerate(status.pending, start=1):
                notices = await session.run(migration)
                if notices is None:
                    continue  # another run was faster
                done.append(Applied(migration, notices))
                if progress is not None:
                    progress(done[-1], number, len(status.pending))
            return done


def _opened(target: Target | str) -> AbstractAsyncContextManager[Session]:
    return (PostgresTarget(target) if isinstance(target, str) else target).session()


# What is refused


def _refuse_disagreement(status: Status, *, include_all: bool) -> None:
    """Raise when the files cannot be what this database is to follow."""
    if status.unknown:
        raise SupabaseError(
            f"The database has migrations that are not in the folder: {', '.join(status.unknown)}.",
            remedy="Get the files of the version that applied them (or 'supabase migration "
            "fetch'); if they never were applied: 'supabase migration repair --status reverted "
            f"{' '.join(status.unknown)}'. Nothing was changed.",
        )
    if status.changed:
        names = ", ".join(migration.file_name for migration in status.changed)
        raise SupabaseError(
            f"Changed after it was applied to this database: {names}.",
            remedy="Restore what was applied, and put the change into a new file with a later "
            "version. (A database that may be thrown away: begin with an empty one.) "
            "Nothing was changed.",
        )
    if status.late and not include_all:
        names = ", ".join(migration.file_name for migration in status.late)
        raise SupabaseError(
            f"Older than what is applied to this database already: {names}.",
            remedy="If they do not depend on that order, apply them with --include-all; "
            "otherwise rename them to a later version. Nothing was changed.",
        )


async def _refuse_standing_tables(session: Session, migrations: Sequence[Migration]) -> None:
    """Raise when a table that is to be made is there already."""
    statements = [s for migration in migrations for s in migration.statements]
    moved = " ".join(s for s in statements if moves_table(s))
    to_make = [name for s in statements if (name := created_table(s)) and name not in moved]
    if not to_make:
        return
    standing = await session.ask(
        "select coalesce(pg_catalog.jsonb_agg(name), '[]') as answer"
        f" from pg_catalog.unnest(array[{', '.join(map(quote_literal, to_make))}]) as name"
        " where pg_catalog.to_regclass(name) is not null"
    )
    if standing:
        names = ", ".join(standing)
        versions = " ".join(migration.version for migration in migrations)
        raise SupabaseError(
            f"In the way: {names} is there already, and no migration that made it is recorded."
            if len(standing) == 1
            else f"In the way: these are there already, and no migration that made them is "
            f"recorded: {names}.",
            remedy="If it belongs to something else, rename it ('alter table ... rename to "
            "...') and run this again. If these very migrations made it by hand, record them: "
            f"'supabase migration repair --status applied {versions}'. Nothing was changed.",
        )


# The history


def _compare(migrations: Sequence[Migration], history: Mapping[str, list[str] | None]) -> Status:
    """Compare files with history: version -> its statements, None where they are not known."""
    applied = tuple(m for m in migrations if m.version in history)
    return Status(
        applied=applied,
        pending=tuple(m for m in migrations if m.version not in history),
        unknown=tuple(sorted(history.keys() - {m.version for m in migrations})),
        changed=tuple(m for m in applied if _differs(m, history[m.version])),
    )


def _differs(migration: Migration, recorded: list[str] | None) -> bool:
    if recorded is None:
        return False
    return squash("".join(recorded)) != squash("".join(migration.statements))


async def _history(session: Session) -> dict[str, list[str] | None]:
    """Version -> statements as recorded; read so that older forms of the table will do."""
    there = await session.ask(
        "select pg_catalog.to_regclass('supabase_migrations.schema_migrations') is not null"
        " as answer"
    )
    if not there:
        return {}
    history: dict[str, list[str] | None] = await session.ask(
        "select coalesce(pg_catalog.jsonb_object_agg("
        "version, pg_catalog.to_jsonb(m) -> 'statements'), '{}') as answer"
        " from supabase_migrations.schema_migrations as m"
    )
    return history
