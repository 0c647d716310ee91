"""Who may do what: grants and revocations that make one catalogue's rights those of another.

Rule: pure. A role is named only where it exists. A new table begins with no right for anybody,
whatever the database grants by default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from accord.supabase.drafting.catalogue import Catalogue, is_aside
from accord.supabase.drafting.change import Change
from accord.supabase.statements import quote_literal

#: The roles of Supabase's Data API: a project may grant them rights on every new table.
ROLES = ("anon", "authenticated", "service_role")


def guarded(role: str, statements: Iterable[str]) -> str:
    """The statements, for databases that have the role."""
    body = "\n".join(f"    {statement};" for statement in statements)
    if role == "public":
        return body.strip().removesuffix(";")
    return (
        f"do $$\nbegin\n  if pg_catalog.to_regrole({quote_literal(role)}) is not null then\n"
        f"{body}\n  end if;\nend\n$$"
    )


def rights(have: Catalogue, want: Catalogue, new: frozenset[str]) -> Iterator[Change]:
    """The changes of rights; ``new`` are the tables and views that a draft made."""
    by_role: dict[str, list[str]] = {}
    for phrase in sorted(new):
        for role in ("public", *ROLES):
            by_role.setdefault(role, []).append(f"revoke all on {_object(phrase)} from {role}")
    for verb, one, other, word in (
        ("revoke", have, want, "from"),
        ("grant", want, have, "to"),
    ):
        wanted: dict[tuple[str, str], list[str]] = {}
        for key, thing in one.items():
            same = key in other and other[key].text == thing.text
            fresh = thing.place in new and verb == "grant"
            if thing.kind != "grant" or is_aside(thing) or (same and not fresh):
                continue
            role, _, right = thing.name.partition(" ")
            wanted.setdefault((thing.place, role), []).append(right)
        for (phrase, role), found in wanted.items():
            told = ", ".join(sorted(found))
            by_role.setdefault(role, []).append(f"{verb} {told} on {_object(phrase)} {word} {role}")
    statements = tuple(guarded(role, lines) for role, lines in by_role.items())
    if statements:
        yield Change("rights: each role gets what it needs, and no more", statements)


def _object(phrase: str) -> str:
    """How grants name it: a view is granted as a table."""
    kind, _, name = phrase.partition(" ")
    return f"table {name}" if kind in {"table", "view"} else phrase
