"""What can go wrong with Supabase as a whole, by what to do about it.

Rule: no error of psycopg or of HTTP gets past a door; each becomes one of these, with a remedy, and
none carries a password or a key::

    SupabaseError
    ├── Unreachable            nobody answers, or not in time: wait, or look at the network
    ├── TooMuch                one call asked for too much: ask for less at once
    ├── Restricted             the project is paused, or over its quota
    ├── AccessDenied           a wrong password, or a right that is missing
    ├── SchemaMissing          the tables or functions are not there
    ├── SchemaOutdated         they are there and not of this version
    ├── ReadOnly               the database takes no writes now
    ├── DiskFull               it has no room left
    └── UnknownSupabaseError   anything else, with Postgres's own words

That another run has taken over is no fault of the database, and ends the whole round, not one
table's share of it: `LeaseLostError` is a `BusyError`.
"""

from __future__ import annotations

import re

import psycopg
from psycopg_pool import PoolTimeout

from accord.core.errors import BusyError, SupabaseError, TheirError

SET_UP = "Run: python -m tools.supabase_db_setup"

_REFUSED_AT_THE_GATE = (
    "password authentication failed",
    "no pg_hba.conf entry",
    "tenant or user not found",
    "no password supplied",
)
_DENIED = re.compile(r"permission denied for (?P<sort>[a-z ]+?) (?P<name>[\w.]+)")
_NO_DATABASE = re.compile(r'(database|role) "[^"]+" does not exist')


class Unreachable(SupabaseError):
    """Nobody answers, or not in time."""


class TooMuch(SupabaseError):
    """One call asked for too much, and nothing of it was done; less at once may go through."""


class Restricted(SupabaseError):
    """The project is paused, or its organisation is over its quota."""


class AccessDenied(SupabaseError):
    """A wrong password, or a right that is missing."""


class SchemaMissing(SupabaseError):
    """The tables or functions are not there."""


class SchemaOutdated(SupabaseError):
    """The tables or functions are there, and not of this version."""


class ReadOnly(SupabaseError):
    """The database takes no writes now."""


class DiskFull(SupabaseError):
    """The database has no room left."""


class LeaseLostError(BusyError):
    """Another run has taken over, so that nothing more may be written."""


class UnknownSupabaseError(SupabaseError):
    """Postgres answered with an error that has no remedy of its own."""


def is_connection_loss(error: psycopg.Error) -> bool:
    """Whether the connection broke or never was: asking again may succeed."""
    if error.sqlstate is None:
        return isinstance(error, psycopg.OperationalError) and not _at_the_gate(error)
    return tells_connection_loss(error.sqlstate)


def tells_connection_loss(state: str) -> bool:
    """Whether a SQLSTATE tells of a broken or missing connection."""
    return state.startswith("08") or state in {"57P01", "57P02", "57P03", "53300"}


def is_rolled_back(state: str | None) -> bool:
    """Whether Postgres itself undid the transaction, so that it can be sent again as it was."""
    return state in {"40001", "40P01"}


def explained(error: psycopg.Error, *, user: str, place: str) -> TheirError:
    """The error of this tree for one of psycopg.

    Args:
        error: what psycopg raised.
        user: the database user we are.
        place: ``host:port/database``, without a password.
    """
    said = _sentence(error)
    state = error.sqlstate or ""
    if isinstance(error, PoolTimeout):
        return Unreachable(
            f"No connection to the database at {place} came free in time.",
            remedy="Try again; if it stays so, end programs that hold connections.",
        )
    if not state and isinstance(error, psycopg.OperationalError):
        return _not_connected(error, said, user=user, place=place)
    if state in {"28P01", "28000"}:
        return _wrong_password(said, user)
    return by_state(state, said, user=user, place=place)


def by_state(state: str, said: str, *, user: str, place: str) -> TheirError:
    """The error of this tree for a SQLSTATE.

    Args:
        state: the five characters; empty: none is known.
        said: Postgres's own sentence.
        user: the database user we are.
        place: where the database is, without a password.
    """
    match state:
        case "42501":
            return _missing_right(said, user)
        case "3F000" | "42P01" | "42883":
            return SchemaMissing(f"The database at {place} is not set up: {said}", remedy=SET_UP)
        case "42703" | "42704" | "42804":
            return SchemaOutdated(
                f"The database at {place} is of another version: {said}", remedy=SET_UP
            )
        case "25006":
            return ReadOnly(
                f"The database at {place} takes no writes: {said}",
                remedy="A project above its plan's size is read-only: free room or upgrade it.",
            )
        case "53100":
            return DiskFull(
                f"The database at {place} has no room left: {said}",
                remedy="Free room or enlarge the disk; nothing is lost, the next round goes on.",
            )
        case "PT409":
            return LeaseLostError(
                "Another run has taken over; this one was away for too long and writes no more.",
                remedy="Nothing is lost: the other run does the rest.",
            )
        case "57014":
            return TooMuch(
                f"The database at {place} stopped a call that took too long.",
                remedy="Try again; if it stays so, look for a statement that holds locks.",
            )
    if state.startswith(("08", "53", "57P")):
        return Unreachable(
            f"The database at {place} does not answer: {said}", remedy="Try again in a minute."
        )
    return UnknownSupabaseError(
        f"The database at {place} answered: {said} (SQLSTATE {state or 'none'}).",
        remedy="Report this with the message.",
    )


def too_slow(place: str, seconds: float) -> Unreachable:
    """The error for a call that was given up."""
    return Unreachable(
        f"The database at {place} did not answer within {seconds:g} seconds.",
        remedy="Try again; if it stays so, look for a statement that holds locks.",
    )


def _not_connected(
    error: psycopg.OperationalError, said: str, *, user: str, place: str
) -> SupabaseError:
    if _at_the_gate(error):
        return _wrong_password(said, user)
    return Unreachable(
        f"The database at {place} cannot be reached: {said}",
        remedy="Check SUPABASE_DB_URL and the network. A direct Supabase address needs IPv6;"
        " the pooler's works everywhere.",
    )


def _at_the_gate(error: psycopg.Error) -> bool:
    text = str(error).lower()
    if any(part in text for part in _REFUSED_AT_THE_GATE):
        return True
    return error.sqlstate is None and _NO_DATABASE.search(text) is not None


def _wrong_password(said: str, user: str) -> AccessDenied:
    return AccessDenied(
        f"The database does not let {user} in: {said}",
        remedy="Check user, password and database in SUPABASE_DB_URL.",
    )


def _missing_right(said: str, user: str) -> AccessDenied:
    found = _DENIED.search(said)
    if found is None:
        return AccessDenied(said, remedy=f"Give {user} the right, or use the user postgres.")
    sort, name = found["sort"], found["name"]
    right = {
        "schema": "USAGE ON SCHEMA",
        "function": "EXECUTE ON FUNCTION",
        "sequence": "USAGE ON SEQUENCE",
        "table": "SELECT, INSERT, UPDATE, DELETE ON TABLE",
    }.get(sort, f"ALL ON {sort.upper()}")
    return AccessDenied(
        f"The database user {user} may not do this: {said}",
        remedy=f'As the owner: GRANT {right} {name} TO "{user}";',
    )


def _sentence(error: psycopg.Error) -> str:
    """Postgres's own first sentence, without the lines that quote our statement."""
    said = error.diag.message_primary or str(error)
    return " ".join(said.split()) or type(error).__name__
