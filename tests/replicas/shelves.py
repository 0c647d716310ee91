"""Two small collections with every sort of column and relation that a replica has to know.

Rule: what a contract between replicas says of columns is tried on these.
"""

from accord.core.schema import Collection, Field, LinkTable, Managed, PropertyType, Schema

THINGS = Collection(
    title="Things",
    table="things",
    env="NOTION_THINGS_DB",
    model="Thing",
    match_key="code",
    fields=(
        Field("name", "Name", PropertyType.TITLE, "name", "text"),
        Field("code", "Code", PropertyType.RICH_TEXT, "code", "text"),
        Field("stage", "Stage", PropertyType.SELECT, "stage", "text"),
        Field("tags", "Tags", PropertyType.MULTI_SELECT, "tags", "text[]"),
        Field("price", "Price", PropertyType.NUMBER, "price", "numeric"),
        Field("share", "Share", PropertyType.NUMBER, "share", "numeric", bounds=(0.0, 1.0)),
        Field("due", "Due", PropertyType.DATE, "due", "timestamptz"),
        Field("done", "Done", PropertyType.CHECKBOX, "done", "boolean"),
        Field("people", "People", PropertyType.PEOPLE, "people", "uuid[]"),
        Field("papers", "Papers", PropertyType.FILES, "papers", "jsonb"),
        Field("page", "Page", PropertyType.URL, "page", "text"),
        Field("age", "Age", PropertyType.FORMULA, "age", "numeric", result="number"),
        Field("sum", "Sum", PropertyType.ROLLUP, "sum", "jsonb"),
        Field("author", "Author", PropertyType.CREATED_BY, "author", "uuid"),
        Field(
            "parts",
            "Parts",
            PropertyType.RELATION,
            to="things",
            many=True,
            link=LinkTable("things_parts", "thing_id", "part_id"),
            two_way="things.Part Of",
        ),
        Field(
            "part_of",
            "Part Of",
            PropertyType.RELATION,
            to="things",
            many=True,
            link=LinkTable("things_parts", "part_id", "thing_id"),
            two_way="things.Parts",
            mirrors="things.Parts",
        ),
        Field("twin", "Twin", PropertyType.RELATION, "twin_id", "uuid", to="things"),
        Field(
            "shelf",
            "Shelf",
            PropertyType.RELATION,
            "shelf_id",
            "uuid",
            to="shelves",
            two_way="shelves.Things",
        ),
        Field("status", "Sync Status", PropertyType.RICH_TEXT, managed=Managed.SYNC_STATUS),
    ),
)
SHELVES = Collection(
    title="Shelves",
    table="shelves",
    env="NOTION_SHELVES_DB",
    model="Shelf",
    fields=(
        Field("name", "Name", PropertyType.TITLE, "name", "text"),
        Field(
            "best",
            "Best",
            PropertyType.RELATION,
            to="things",
            many=True,
            link=LinkTable("shelves_best", "shelf_id", "thing_id"),
        ),
        Field(
            "things",
            "Things",
            PropertyType.RELATION,
            to="things",
            many=True,
            through="things.shelf_id",
            two_way="things.Shelf",
            mirrors="things.Shelf",
        ),
    ),
)
SCHEMA = Schema.of([THINGS, SHELVES])
