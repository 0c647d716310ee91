"""The one function that the Data API shows: who may call it, and what can be called through it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from psycopg import errors

from accord.core.values import Json

Connection = psycopg.Connection[Any]
FUNCTION = "public.sync_call_v1(text, jsonb)"


def call(connection: Connection, role: str, function: str, *args: Json) -> Json:
    """Call as the Data API does: with a role for this transaction alone."""
    with connection.transaction():
        connection.execute(f"set local role {role}".encode())
        row = connection.execute(
            "select public.sync_call_v1(%s, %s)", (function, json.dumps(args))
        ).fetchone()
    assert row is not None
    return row[0]


@contextmanager
def allowed(connection: Connection, statement: str, back: str) -> Iterator[None]:
    connection.execute(statement.encode())
    try:
        yield
    finally:
        connection.execute(back.encode())


def test_service_role_works_without_default_privileges(database: Connection) -> None:
    with database.transaction(force_rollback=True):
        assert call(database, "service_role", "version_v1") == 1
        assert call(database, "service_role", "census_v1", []) == {}
        lease = call(database, "service_role", "take_lease_v1", "default", "us", 60, None)
        assert lease["mine"]
        fenced = ["default", lease["fence"], "forget_v1", ["2000-01-01T00:00:00Z"]]
        assert call(database, "service_role", "fenced_v1", *fenced) == 0


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_nobody_else_may_call_it(database: Connection, role: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege, match="function sync_call_v1"):
        call(database, role, "version_v1")


@pytest.mark.parametrize("role", ["anon", "authenticated"])
def test_a_grant_that_slipped_in_opens_nothing(database: Connection, role: str) -> None:
    grant = f"grant execute on function {FUNCTION} to {role}"
    with allowed(database, grant, f"revoke execute on function {FUNCTION} from {role}"):
        for function, args in (("version_v1", ()), ("users_v1", ()), ("dirty_v1", ([], False))):
            with pytest.raises(errors.InsufficientPrivilege, match="schema sync"):
                call(database, role, function, *args)


@pytest.mark.parametrize(
    ("function", "args"),
    [
        ("nothing_v1", ()),
        ("version_v1", (1,)),  # it takes none
        ("history", ("tasks", None)),  # not for programs
        ("mark_row_v1", ()),  # of a trigger
        ("counted_v1", ({}, "tasks", 1)),  # takes more than JSON
        ("unfit_column_v1", ({}, {})),  # answers no JSON
        ("version_v1(); select 1 --_v1", ()),
        ("", ()),
    ],
)
def test_only_versioned_functions_of_json_can_be_called(
    database: Connection, function: str, args: tuple[Json, ...]
) -> None:
    with pytest.raises(errors.UndefinedFunction, match="there is no function"):
        call(database, "service_role", function, *args)


@pytest.mark.parametrize("args", ["null", "{}", "1", '"x"'])
def test_arguments_are_a_list(database: Connection, args: str) -> None:
    with pytest.raises((errors.UndefinedFunction, errors.InvalidTextRepresentation)):
        database.execute("select public.sync_call_v1('version_v1', %s)", (args,))


def test_it_has_a_fixed_search_path_and_no_rights_of_its_own(database: Connection) -> None:
    row = database.execute(
        f"select prosecdef, proconfig from pg_proc where oid = '{FUNCTION}'::regprocedure".encode()
    ).fetchone()
    assert row == (False, ['search_path=""'])
