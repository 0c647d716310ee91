"""Names in SQL: in quotes where they must be, and never longer than Postgres keeps.

Rule: pure; every name in generated SQL is written by this room.
"""

from __future__ import annotations

import hashlib

_NAME_LENGTH = 63
# Words that cannot name a column unquoted (reserved, or able to be a function or type) in any
# Postgres from 15 on.
_WORDS = """
    all analyse analyze and any array as asc asymmetric authorization binary both case cast check
    collate collation column concurrently constraint create cross current_catalog current_date
    current_role current_schema current_time current_timestamp current_user default deferrable
    desc distinct do else end except false fetch for foreign freeze from full grant group having
    ilike in initially inner intersect into is isnull join lateral leading left like limit
    localtime localtimestamp natural not notnull null offset on only or order outer overlaps
    placing primary references returning right select session_user similar some symmetric
    system_user table tablesample then to trailing true union unique user using variadic verbose
    when where window with
"""
RESERVED_WORDS = frozenset(_WORDS.split())


def in_public(table: str | None) -> str:
    """The table's name with its schema."""
    return f"public.{quoted(table)}"


def quoted(name: str | None) -> str:
    """The name, in quotes where it is a reserved word; the schema lets plain names in only."""
    if name is None:
        raise AssertionError("a column without a name passed the check of the declarations")
    return f'"{name}"' if name in RESERVED_WORDS else name


def name_of(*parts: str | None) -> str:
    """A name for a constraint or an index: too long, it is cut and told apart by a hash."""
    name = "_".join(part for part in parts if part)
    if len(name) <= _NAME_LENGTH:
        return name
    ending = f"_{hashlib.sha256(name.encode()).hexdigest()[:8]}_{parts[-1]}"
    return name[: _NAME_LENGTH - len(ending)] + ending


def postgres_key(table: str, column: str) -> str:
    """What Postgres calls a foreign key that is given no name: the longer part is cut."""
    room = _NAME_LENGTH - len("__fkey")
    while len(table) + len(column) > room:
        if len(table) > len(column):
            table = table[:-1]
        else:
            column = column[:-1]
    return f"{table}_{column}_fkey"
