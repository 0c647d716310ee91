"""A small collection with a field of every sort that a plan treats in its own way.

Rule: what is the same for all tests of the hall stands here; each test says what differs.
"""

from collections.abc import Mapping
from dataclasses import replace

from accord.core.merge import Policy
from accord.core.record import Record, Sighting
from accord.core.schema import Collection, Field, LinkTable, Managed, PropertyType
from accord.core.values import Span, Text, Value

NAME = Field("name", "Name", PropertyType.TITLE, "name", "text")
STAGE = Field("stage", "Stage", PropertyType.SELECT, "stage", "text")
TAGS = Field("tags", "Tags", PropertyType.MULTI_SELECT, "tags", "text[]")
AGE = Field("age", "Age", PropertyType.FORMULA, "age", "numeric", result="number")
PARTS = Field(
    "parts",
    "Parts",
    PropertyType.RELATION,
    to="things",
    many=True,
    link=LinkTable("things_parts", "thing_id", "part_id"),
    two_way="things.Part Of",
)
PART_OF = Field(
    "part_of",
    "Part Of",
    PropertyType.RELATION,
    to="things",
    many=True,
    link=LinkTable("things_parts", "part_id", "thing_id"),
    two_way="things.Parts",
    mirrors="things.Parts",
)
STATUS = Field("sync_status", "Sync Status", PropertyType.RICH_TEXT, managed=Managed.SYNC_STATUS)
THINGS = Collection(
    title="Things",
    table="things",
    env="NOTION_THINGS_DB",
    model="Thing",
    fields=(NAME, STAGE, TAGS, AGE, PARTS, PART_OF, STATUS),
)

VALUES: Mapping[str, Value] = {
    "name": Text("Lamp"),
    "stage": "New",
    "tags": ("a", "b"),
    "age": 1.0,
    "parts": ("p1", "p2"),
}
DAY: Value = Span("2026-03-01")


def with_policy(policy: Policy, collection: Collection = THINGS) -> Collection:
    return replace(collection, policy=policy)


def sighting(changes: Mapping[str, Value] | None = None, *, deleted: bool = False) -> Sighting:
    """The thing as agreed, but for some changes."""
    record = Record({**VALUES, **(changes or {})})
    return Sighting(record, page_id="page", row_id="row", deleted=deleted)


def without(seen: Sighting, *names: str) -> Sighting:
    """The sighting without some fields: they could not be read."""
    values = {name: value for name, value in seen.record.values.items() if name not in names}
    return replace(seen, record=Record(values))
