"""Who may read which rows: the policies of the tables, written from where the models lead.

Rule: pure; reading only. There is no policy for writing, so nobody who signs in writes a row.

A reader is given records (``sync.readers``): businesses, say. A row belongs to such a record by
the relation that its collection names (``readers_of``). Then:

- a row is read by the readers of a record that it belongs to;
- a row that belongs to none, and a collection without such a relation, are read by those who
  were given everything;
- a link is read by who reads the records at both its ends;
- the people of the workspace are read by every reader.

Functions stand in ``(select ...)`` or ``array(select ...)``: asked once a statement, not once a
row, and an index on the relation can be used. They run with their owner's rights and can be run
by those who sign in, who all the same see nothing of schema ``sync``.
"""

from __future__ import annotations

from collections.abc import Iterator

from accord.core.schema import USERS_TABLE, Collection, Field, LinkTable, Schema
from accord.supabase.names import in_public, quoted

ROLE = "authenticated"
POLICY = "readers"

_EVERYTHING = "(select sync.reads_all_v1())"
_READABLE = "any (array(select sync.readable_v1()))"


def readable_sql(schema: Schema) -> str:
    """The function that tells which records whoever asks was given to read."""
    roots = [collection for collection in schema if collection.readers_of == "id"]
    parts = [
        f"  select r.id from {in_public(root.table)} r\n"
        "   where exists (\n"
        "     select from sync.readers g\n"
        "      where g.user_id = sync.reader_v1() and (g.row_id = r.id or g.row_id is null))"
        for root in roots
    ]
    body = "\n  union all\n".join(parts) or "  select null::uuid where false"
    return (
        "create function sync.readable_v1() returns setof uuid\n"
        "language sql stable security definer\n"
        "set search_path = ''\n"
        f"as $$\n{body}\n$$;\n"
        "comment on function sync.readable_v1() is\n"
        "  'The records that whoever is signed in was given to read, of the tables that have"
        " readers.';\n"
        "revoke execute on function sync.readable_v1() from public;"
    )


def policies_sql(schema: Schema) -> str:
    """The grants and policies for those who sign in, indented as the body of a block."""
    lines = [
        f"    grant execute on function sync.reads_all_v1() to {ROLE};",
        f"    grant execute on function sync.readable_v1() to {ROLE};",
    ]
    for table, rule in rules(schema):
        indented = rule.replace("\n", "\n        ")
        lines.append(
            f"    create policy {POLICY} on {in_public(table)} for select to {ROLE}\n"
            f"      using (\n        {indented}\n      );"
        )
    return "\n".join(lines)


def rules(schema: Schema) -> Iterator[tuple[str, str]]:
    """(table, the condition under which a row of it may be read), for every table."""
    for collection in schema:
        yield collection.table, _row_rule(collection)
    yield USERS_TABLE, f"{_EVERYTHING}\nor exists (select sync.readable_v1())"
    paths = {path.table: path for c in schema if (path := _path(c)) and path.table}
    for collection in schema:
        for field in collection.carried:
            if field.link is not None:
                yield field.link.table, _link_rule(collection, field, field.link, paths)


def leading_field(collection: Collection) -> Field | None:
    """The relation to the record whose readers may read a row, where there is one."""
    name = collection.readers_of
    return None if name is None or name == "id" else collection.field(name)


def _row_rule(collection: Collection) -> str:
    if collection.readers_of == "id":
        return f"id = {_READABLE}"
    field = leading_field(collection)
    if field is None:
        return _EVERYTHING
    if field.link is not None:
        link = field.link
        return (
            f"{_EVERYTHING}\n"
            f"or id in (\n"
            f"  select l.{quoted(link.owner)} from {in_public(link.table)} l\n"
            f"   where l.{quoted(link.target)} = {_READABLE})"
        )
    if field.through is not None:
        table, _, column = field.through.partition(".")
        return (
            f"{_EVERYTHING}\n"
            f"or id in (\n"
            f"  select r.{quoted(column)} from {in_public(table)} r\n"
            f"   where r.id = {_READABLE})"
        )
    column = quoted(field.column)
    return f"{column} = {_READABLE}\nor {column} is null and {_EVERYTHING}"


def _path(collection: Collection) -> LinkTable | None:
    field = leading_field(collection)
    return field.link if field is not None else None


def _link_rule(
    collection: Collection, field: Field, link: LinkTable, paths: dict[str, LinkTable]
) -> str:
    """Both ends; where the link is what makes one end readable, the other end says it all."""
    if link.table in paths:
        return f"{quoted(paths[link.table].target)} = {_READABLE}"
    ends = ((collection.table, link.owner), (field.to, link.target))
    return "\nand ".join(
        f"exists (select from {in_public(table)} r"
        f" where r.id = {quoted(link.table)}.{quoted(column)})"
        for table, column in ends
    )
