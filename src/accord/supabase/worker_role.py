"""The role that the synchronisation can work as: it does that and nothing else.

Rule: pure. The role owns nothing, is no superuser and does not go round row level security: it has
policies of its own. It reads and writes the rows of the synchronised tables and of the ledger; it
cannot change or empty a table, make a reader, or see any other schema. No password is written
here, since texts are kept.
"""

from __future__ import annotations

import re
from importlib.resources import files

from accord.core.errors import UsageError
from accord.core.schema import Schema
from accord.supabase.ddl import table_names
from accord.supabase.names import in_public
from accord.supabase.statements import quote_literal

NAME = "accord_worker"

_PLAIN = re.compile(r"[a-z_][a-z0-9_]{0,62}")
#: Roles that are somebody else's.
_TAKEN = frozenset({"anon", "authenticated", "service_role", "authenticator", "postgres", "public"})


def worker_role_sql(schema: Schema, name: str = NAME) -> str:
    """What makes the role, or brings its rights up to date; to be run by the tables' owner.

    Raises:
        UsageError: the name cannot be that of the role.
    """
    if not _PLAIN.fullmatch(name) or name in _TAKEN or name.startswith("pg_"):
        raise UsageError(
            f"the worker's role cannot be called {name!r}; use a-z, 0-9 and _, and no name of "
            "Supabase's or Postgres's own"
        )
    listed = ",\n  ".join(in_public(table) for table in table_names(schema))
    names = ",\n      ".join(quote_literal(in_public(table)) for table in table_names(schema))
    text = (files("accord.supabase") / "roles" / "worker.sql").read_text(encoding="utf-8")
    for place, filling in ((NAME, name), ("/* tables */", listed), ("/* names */", names)):
        text = text.replace(place, filling)
    return text
