"""Reports: views in a schema of their own, each a plain ``select`` in a file of the project.

Rule: pure but for reading the folder. A view answers with the rights of whoever asks
(``security_invoker``), so a report shows nobody more than its tables do; it is never written to.

A file ``reports/lead_sources.sql`` reads::

    -- Where contacts come from.
    --
    -- lead_source: How the person first came to us.
    -- contacts: How many came that way.

    select c.lead_source, count(*) as contacts
      from public.contacts_profiles c
     where c.deleted_at is null
     group by c.lead_source

Its name is the view's; the first paragraph is what the view is for, in one sentence; each line
after it says what a column holds, and goes on in lines that are indented.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from accord.core.errors import ModelError
from accord.supabase.statements import quote_literal, split

SCHEMA = "reports"

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_HEAD = re.compile(r"(?:[ \t]*--[^\n]*\n|[ \t]*\n)*")
_COLUMN = re.compile(r"([a-z_][a-z0-9_]*): (.+)")
_QUERY = re.compile(r"(?:select|with)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class View:
    """A report.

    Args:
        name: the view's name in schema ``reports``.
        sentence: what it is for.
        sql: one ``select``, without a ``;``.
        columns: (column, what it holds) of those that the file tells of.
    """

    name: str
    sentence: str
    sql: str
    columns: tuple[tuple[str, str], ...] = ()


def load_views(folder: Path) -> tuple[View, ...]:
    """The views that the files of a folder declare, in the order of their names.

    Raises:
        ModelError: the folder is not there, or files are not as they should be; all of them.
    """
    if not folder.is_dir():
        raise ModelError(
            f"the folder {folder.name!r}, which [tool.accord] reports names, is not there"
        )
    views: list[View] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.sql")):
        try:
            views.append(read_view(path.stem, path.read_text(encoding="utf-8")))
        except ModelError as error:
            problems += [f"{folder.name}/{path.name}: {problem}" for problem in error.problems]
    if problems:
        raise ModelError(problems)
    return tuple(views)


def read_view(name: str, text: str) -> View:
    """The view of this name that a text declares.

    Raises:
        ModelError: with everything that is wrong with it.
    """
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    head = _HEAD.match(text)
    end = head.end() if head else 0
    lines = [line.strip().removeprefix("--") for line in text[:end].strip().splitlines()]
    sentence, columns = _told(lines)
    statements = split(text[end:])
    problems = list(_problems(name, sentence, statements))
    if problems:
        raise ModelError(problems)
    return View(name, sentence, statements[0], columns)


def _told(lines: list[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The first paragraph, and what the lines after it say of columns."""
    empty = next((n for n, line in enumerate(lines) if not line.strip()), len(lines))
    sentence = " ".join(line.strip() for line in lines[:empty])
    columns: dict[str, str] = {}
    last = ""
    for line in lines[empty:]:
        found = _COLUMN.fullmatch(line.strip())
        if found and not line.startswith("  "):
            last = found[1]
            columns[last] = found[2]
        elif last and line.strip():
            columns[last] += f" {line.strip()}"
    return sentence, tuple(columns.items())


def _problems(name: str, sentence: str, statements: tuple[str, ...]) -> Iterator[str]:
    if not _NAME.fullmatch(name):
        yield f"{name!r} cannot name a view; use a-z, 0-9 and _, at most 63 of them"
    if not sentence:
        yield "it begins with no comment; say in one sentence what the report is for (-- ...)"
    if len(statements) != 1:
        yield f"it has {len(statements)} statements; a report is one select"
    elif not _QUERY.match(statements[0]):
        yield "it is no select; begin with select or with, right after the comment at the top"


def views_sql(views: Iterable[View]) -> str:
    """What makes the views: schema, views, comments and rights.

    It can be run where the schema is there already, but not the views: see `drop_views_sql`.
    """
    made = tuple(views)
    parts = [_SCHEMA]
    for view in made:
        name = f"{SCHEMA}.{view.name}"
        lines = [
            f"create view {name} with (security_invoker = on) as\n{view.sql};",
            f"comment on view {name} is {quote_literal(view.sentence)};",
        ]
        lines += [
            f"comment on column {name}.{column} is {quote_literal(doc)};"
            for column, doc in view.columns
        ]
        parts.append("\n".join(lines))
    if made:
        parts.append(_rights([f"{SCHEMA}.{view.name}" for view in made]))
    head = (
        "-- The reports: views that anybody who reads the tables may read.\n"
        "-- Assembled from the project's reports; a change belongs there, not here.\n"
    )
    return head + "\n" + "\n\n".join(parts) + "\n"


def drop_views_sql(views: Iterable[View]) -> str:
    """What takes the views away, so that columns they show can change; '' where there are none.

    A view that somebody built upon one of them is in the way, and is named by Postgres.
    """
    return "".join(f"drop view if exists {SCHEMA}.{view.name};\n" for view in views)


_SCHEMA = f"""\
create schema if not exists {SCHEMA};
comment on schema {SCHEMA} is
  'Reports on the synchronised tables; each shows what its reader may read.';
revoke all on schema {SCHEMA} from public;
do $$
declare
  role_name text;
begin
  foreach role_name in array array['authenticated', 'service_role'] loop
    if pg_catalog.to_regrole(role_name) is not null then
      execute pg_catalog.format('grant usage on schema {SCHEMA} to %I', role_name);
    end if;
  end loop;
  if pg_catalog.to_regrole('anon') is not null then
    revoke all on schema {SCHEMA} from anon;
  end if;
end
$$;"""


def _rights(names: list[str]) -> str:
    listed = ",\n  ".join(names)
    parts = [f"revoke all on\n  {listed}\nfrom public;"]
    for role, may_read in (("anon", False), ("authenticated", True), ("service_role", True)):
        tables = listed.replace("\n", "\n    ")
        statements = f"    revoke all on\n      {tables}\n    from {role};\n"
        if may_read:
            statements += f"    grant select on\n      {tables}\n    to {role};\n"
        parts.append(
            f"do $$\nbegin\n  if pg_catalog.to_regrole('{role}') is not null then\n"
            f"{statements}  end if;\nend\n$$;"
        )
    return "\n\n".join(parts)
