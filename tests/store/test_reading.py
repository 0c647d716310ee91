"""Who reads what: every table, every kind of reader, against what the rules say in words.

Rule: what a reader should see is worked out here from the data dictionary alone; neither the
models nor the policies are looked at.
"""

import itertools
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql

FACTS = yaml.safe_load(
    (Path(__file__).parents[1] / "facts" / "data_dictionary.yaml").read_text("utf-8")
)
DATABASES = {database["table"]: database for database in FACTS["databases"]}
ROOT = "business_entities"
Database = psycopg.Connection[Any]
Belongs = dict[uuid.UUID, frozenset[uuid.UUID]]


def relations(table: str) -> list[dict[str, Any]]:
    return [p for p in DATABASES[table]["properties"] if p["type"] == "relation"]


def to_business(table: str) -> dict[str, Any] | None:
    """The property that says which businesses a record of this table belongs to."""
    found = [p for p in relations(table) if p["to"] == ROOT]
    assert len(found) <= 1
    return found[0] if found else None


def link_tables() -> dict[str, tuple[tuple[str, str], tuple[str, str]]]:
    """Link table -> (column, table) of both ends."""
    found = {}
    for table in DATABASES:
        for prop in relations(table):
            if "link" in prop:
                name, owner, target = prop["link"]
                found[name] = ((owner, table), (target, prop["to"]))
    return found


@dataclass(frozen=True)
class Data:
    """Rows of every table: which businesses each belongs to, and the ends of each link."""

    belongs: dict[str, Belongs]
    links: dict[str, set[tuple[uuid.UUID, ...]]]


def insert(database: Database, table: str, values: dict[str, Any]) -> None:
    database.execute(
        sql.SQL("insert into public.{} ({}) values ({})").format(
            sql.Identifier(table),
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join(sql.Placeholder() * len(values)),
        ),
        tuple(values.values()),
    )


def fill(database: Database) -> Data:
    """Two businesses; in every table a row for each set of businesses it can belong to."""
    businesses = [uuid.uuid4() for _ in range(2)]
    data = Data({table: {} for table in DATABASES}, {name: set() for name in link_tables()})
    for table, prop in [(ROOT, None), *((t, to_business(t)) for t in DATABASES if t != ROOT)]:
        if table == ROOT:
            sets = [{business} for business in businesses]
        elif prop is None:
            sets = [set(), set()]
        else:
            most = 2 if prop["many"] else 1
            sizes = range(most + 1)
            sets = [set(s) for n in sizes for s in itertools.combinations(businesses, n)]
        for owners in sets:
            row = next(iter(owners)) if table == ROOT else uuid.uuid4()
            values: dict[str, Any] = {"id": row}
            if prop is not None and not prop["many"]:
                values[prop["column"]] = next(iter(owners), None)
            insert(database, table, values)
            data.belongs[table][row] = frozenset(owners)
            for business in owners if prop is not None and prop["many"] else ():
                name, mine, theirs = prop["link"] if prop else ("", "", "")
                insert(database, name, {mine: row, theirs: business})
    insert(database, "notion_users", {"id": uuid.uuid4()})
    with database.transaction():
        join(database, data)
    return data


def join(database: Database, data: Data) -> None:
    """Every record linked with every other, where a relation to many can do so."""
    for name, ((one, here), (other, there)) in link_tables().items():
        if ROOT not in (here, there):
            for first, second in itertools.product(data.belongs[here], data.belongs[there]):
                insert(database, name, {one: first, other: second})
        rows = database.execute(
            sql.SQL("select {}, {} from public.{}").format(*map(sql.Identifier, (one, other, name)))
        )
        data.links[name].update(rows.fetchall())


def expected(data: Data, given: frozenset[uuid.UUID], *, everything: bool) -> dict[str, set[Any]]:
    """What somebody sees who was given these businesses, or everything; in words, not in SQL."""
    seen: dict[str, set[Any]] = {
        table: {row for row, owners in rows.items() if everything or owners & given}
        for table, rows in data.belongs.items()
    }
    for name, ((_, here), (_, there)) in link_tables().items():
        ends = data.links[name]
        seen[name] = {(a, b) for a, b in ends if a in seen[here] and b in seen[there]}
    return seen


@contextmanager
def signed_in(database: Database, claims: object) -> Iterator[None]:
    """As PostgREST does it: the role and the claims, for one transaction."""
    with database.transaction(force_rollback=True):
        database.execute("set local role authenticated")
        database.execute(
            "select set_config('request.jwt.claims', %s, true)",
            (claims if isinstance(claims, str) else json.dumps(claims),),
        )
        yield


def visible(database: Database) -> tuple[dict[str, set[Any]], int]:
    """What whoever is signed in sees: ids and ends of links by table, and how many people."""
    seen: dict[str, set[Any]] = {}
    for table in DATABASES:
        rows = database.execute(sql.SQL("select id from public.{}").format(sql.Identifier(table)))
        seen[table] = {row for (row,) in rows}
    for name, ((one, _), (other, _)) in link_tables().items():
        columns = map(sql.Identifier, (one, other, name))
        rows = database.execute(sql.SQL("select {}, {} from public.{}").format(*columns))
        seen[name] = set(rows.fetchall())
    (people,) = database.execute("select count(*)::int from public.notion_users").fetchall()[0]
    return seen, people


def test_a_reader_sees_what_belongs_to_the_businesses_given_and_nothing_else(
    database: Database,
) -> None:
    data = fill(database)
    businesses = sorted(data.belongs[ROOT])
    sets = [frozenset(s) for n in range(3) for s in itertools.combinations(businesses, n)]
    cases = [(given, everything) for given in sets for everything in (False, True)]
    for given, everything in cases:
        user = uuid.uuid4()
        for business in given:
            database.execute("select sync.grant_reader(%s, %s)", (user, business))
        if everything:
            database.execute("select sync.grant_reader_of_all(%s)", (user,))
        with signed_in(database, {"sub": str(user), "role": "authenticated"}):
            seen, people = visible(database)
        assert seen == expected(data, given, everything=everything)
        assert people == (1 if given or everything else 0)


@pytest.mark.parametrize("claims", ["", "{}", "[]", "nonsense", {"sub": "auth0|7"}, {"sub": None}])
def test_who_is_not_known_as_a_reader_sees_nothing(database: Database, claims: object) -> None:
    fill(database)
    database.execute("select sync.grant_reader_of_all(%s)", (uuid.uuid4(),))
    with signed_in(database, claims):
        seen, people = visible(database)
    assert {table for table, rows in seen.items() if rows} == set()
    assert people == 0


def test_what_was_given_can_be_taken_again(database: Database) -> None:
    data = fill(database)
    one, two = data.belongs[ROOT]
    user, other = uuid.uuid4(), uuid.uuid4()
    for whose, which in ((user, one), (other, one), (other, two)):
        database.execute("select sync.grant_reader(%s, %s)", (whose, which))
    database.execute("select sync.grant_reader_of_all(%s)", (user,))

    def seen(whose: uuid.UUID) -> int:
        with signed_in(database, {"sub": str(whose)}):
            return len(visible(database)[0][ROOT])

    def take(name: str, *given: uuid.UUID) -> bool:
        places = sql.SQL(", ").join(sql.Placeholder() * len(given))
        call = sql.SQL("select sync.{}({})").format(sql.Identifier(name), places)
        return bool(database.execute(call, given).fetchall()[0][0])

    assert seen(user) == 2
    assert take("revoke_reader_of_all", user)
    assert not take("revoke_reader_of_all", user)
    assert seen(user) == 1
    assert take("revoke_reader", user, one)
    assert not take("revoke_reader", user, one)
    assert seen(user) == 0
    assert seen(other) == 2


def test_giving_twice_is_giving_once_and_tells_who_gave(database: Database) -> None:
    business = next(iter(fill(database).belongs[ROOT]))
    user = uuid.uuid4()
    for _ in range(2):
        database.execute("select sync.grant_reader(%s, %s)", (user, business))
        database.execute("select sync.grant_reader_of_all(%s)", (user,))
    rows = database.execute(
        "select row_id, granted_by = session_user from sync.readers where user_id = %s", (user,)
    ).fetchall()
    assert sorted(rows, key=str) == sorted([(None, True), (business, True)], key=str)


def test_a_lookup_that_found_nothing_gives_nobody_everything(database: Database) -> None:
    """`(select id from ... where name = 'a typing error')` is null."""
    with pytest.raises(psycopg.errors.NullValueNotAllowed, match="the record is null"):
        database.execute("select sync.grant_reader(%s, null)", (uuid.uuid4(),))
    with pytest.raises(psycopg.errors.NullValueNotAllowed, match="the user is null"):
        database.execute("select sync.grant_reader(null, %s)", (uuid.uuid4(),))
    with pytest.raises(psycopg.errors.NoDataFound, match="no record has the id"):
        database.execute("select sync.grant_reader(%s, %s)", (uuid.uuid4(), uuid.uuid4()))
    with pytest.raises(psycopg.errors.NotNullViolation):
        database.execute("select sync.grant_reader_of_all(null)")
    assert database.execute("select from sync.readers").fetchall() == []


def test_who_signs_in_can_neither_make_readers_nor_see_them(database: Database) -> None:
    user = uuid.uuid4()
    database.execute("select sync.grant_reader_of_all(%s)", (user,))
    for statement in (
        f"select sync.grant_reader_of_all('{user}')",
        "select sync.reads_all_v1()",
        "select * from sync.readers",
        f"insert into sync.readers (user_id) values ('{user}')",
    ):
        with (
            signed_in(database, {"sub": str(user)}),
            pytest.raises(psycopg.errors.InsufficientPrivilege),
        ):
            database.execute(statement.encode())


def test_the_right_is_asked_for_once_a_statement_and_an_index_can_be_used(
    database: Database,
) -> None:
    user = uuid.uuid4()
    with signed_in(database, {"sub": str(user)}):
        database.execute("set local enable_seqscan = off")
        for table in DATABASES:
            query = sql.SQL("explain (costs off) select * from public.{}")
            rows = database.execute(query.format(sql.Identifier(table))).fetchall()
            lines = [str(line) for (line,) in rows]
            prop = to_business(table)
            if prop is not None and not prop["many"]:
                assert any("Bitmap Index Scan" in line for line in lines), lines
            for line in lines:
                # What is asked stands in a plan of its own, whose answer is named in the others.
                outside = line.strip().startswith(("Filter:", "Index Cond:", "Recheck Cond:"))
                assert not (outside and "sync." in line), lines
