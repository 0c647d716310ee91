"""The table of docs/security.md: for each collection who reads its rows, with an example.

Rule: it is worked out from the models, so that the page cannot say what does not hold.
"""

from __future__ import annotations

from collections.abc import Iterator

from accord.core.schema import Collection, Schema


def lines(schema: Schema) -> Iterator[str]:
    """The lines of the table."""
    yield "| database | table | who reads a row | example |"
    yield "|---|---|---|---|"
    for collection in schema:
        rule, example = told(collection)
        yield f"| {collection.title} | `{collection.table}` | {rule} | {example} |"


def told(collection: Collection) -> tuple[str, str]:
    """(rule, example) in words."""
    name = collection.readers_of
    if name is None:
        return "readers of everything", "a reader of one business sees none of them"
    if name == "id":
        return "readers of that very business", "a reader of business A sees A, and not B"
    field = collection.field(name)
    if field.many:
        return (
            f"readers of any business in *{field.title}*; where it is empty, readers of everything",
            "one that names A and B is seen by readers of A, and by readers of B",
        )
    return (
        f"readers of the business in *{field.title}*; where it is empty, readers of everything",
        "one of A is seen by readers of A, and not by readers of B",
    )
