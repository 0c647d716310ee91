"""What the functions of schema ``sync`` are told of a collection: names only.

Rule: pure. A shape names tables and columns; it never carries a value.
"""

from __future__ import annotations

from accord.core.schema import Collection, Schema
from accord.core.values import Json, Kind

#: Columns that every table has, in the order of the contract.
_OWN = ("id", "notion_page_id", "created_at", "updated_at", "last_synced_at", "deleted_at")


def shape_of(collection: Collection) -> Json:
    """Table, columns, and relations of a collection.

    ``many`` are relations in link tables, ``one`` those in a foreign-key column.
    """
    relations = [field for field in collection.carried if field.kind is Kind.LINKS]
    return {
        "table": collection.table,
        "columns": [
            field.column
            for field in collection.carried
            if field.column is not None and field.kind is not Kind.LINKS
        ],
        "many": [
            {
                "field": field.name,
                "table": field.link.table,
                "owner": field.link.owner,
                "target": field.link.target,
                "target_table": field.to,
            }
            for field in relations
            if field.link is not None
        ],
        "one": [
            {"field": field.name, "column": field.column, "target_table": field.to}
            for field in relations
            if field.column is not None
        ],
    }


def shapes_of(schema: Schema) -> list[Json]:
    """The shapes of all collections."""
    return [shape_of(collection) for collection in schema]


def pairs_of(collection: Collection) -> list[Json]:
    """How the owners of a collection's mirror fields are found."""
    pairs: list[Json] = []
    for field in collection.mirrors:
        table, _, title = (field.mirrors or "").partition(".")
        pair = {"mirror": field.name, "mirror_table": collection.table, "table": table}
        if field.link is not None:
            # Seen from the mirror the two columns change places.
            link = {"link": field.link.table, "owner": field.link.target}
            pairs.append(pair | link | {"target": field.link.owner})
        elif field.through is not None:
            pairs.append(pair | {"column": field.through.partition(".")[2], "title": title})
    return pairs


def columns_of(schema: Schema) -> dict[str, list[str]]:
    """Every table that the schema needs, with every column of it that is used."""
    columns: dict[str, list[str]] = {}
    for collection in schema:
        names = [field.column for field in collection.carried if field.column is not None]
        columns[collection.table] = [*_OWN, "notion_extra", *names]
        for field in collection.carried:
            if field.link is not None:
                columns[field.link.table] = [field.link.owner, field.link.target, "position"]
    columns["notion_users"] = ["id", "name", "email", "avatar_url", "kind"]
    return columns
