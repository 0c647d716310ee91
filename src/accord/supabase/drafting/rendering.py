"""A draft as files: the migration, and what takes it back.

Rule: pure. Each change stands under a line that says what it is for. The way back is a file of its
own, beside the folder that the runner reads, so that nothing applies it by itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from textwrap import fill

from accord.supabase.drafting.change import Change
from accord.supabase.statements import quote_literal

_VERSION_DIGITS = 14
_MOVES = ("update ", "select sync.")


def next_version(versions: Iterable[str], now: datetime) -> str:
    """The version of the next file: the moment, or later than all that there are."""
    newest = max((int(version) for version in versions), default=0)
    return str(max(int(now.strftime("%Y%m%d%H%M%S")), newest + 1)).zfill(_VERSION_DIGITS)


def migration_text(name: str, changes: Iterable[Change], *, reverse: str | None) -> str:
    """The migration; ``reverse`` is the file that takes it back, where there is one."""
    back = f"To take it back: {reverse}" if reverse else "It cannot be taken back by itself."
    head = f"-- {name.replace('_', ' ').capitalize()}.\n-- Drafted from the models. {back}\n"
    return head + "\n" + _body(changes)


def reverse_text(file_name: str, version: str, changes: Iterable[Change]) -> str:
    """What takes a migration back, and its record."""
    head = (
        f"-- Takes {file_name} back. Run it whole, in one transaction (psql -1 -f), on a database\n"
        "-- of which that is the last migration. Then take the file away, and the models back.\n"
    )
    record = (
        "-- the record of the migration goes\n"
        "delete from supabase_migrations.schema_migrations\n"
        f" where version = {quote_literal(version)};\n"
    )
    return f"{head}\n{_body(changes)}\n{record}"


def _body(changes: Iterable[Change]) -> str:
    wanted = list(changes)
    statements = [statement for change in wanted for statement in change.statements]
    moves = any(statement.startswith(_MOVES) for statement in statements)
    parts = [_part(change) for change in wanted]
    if moves:
        switch = "select pg_catalog.set_config('sync.applying', {}, true);\n"
        on, off = switch.format("'on'"), switch.format("''")
        parts = [
            f"-- values are moved, not edited: nobody is to be told of it\n{on}",
            *parts,
            f"-- from here on an edit is an edit\n{off}",
        ]
    return "\n".join(parts)


def _part(change: Change) -> str:
    note = fill(change.note, 96, initial_indent="-- ", subsequent_indent="-- ")
    body = "\n".join(f"{statement.rstrip(';')};" for statement in change.statements)
    return f"{note}\n{body}\n"
