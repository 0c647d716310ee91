"""A small database with the managed properties, for the tests of what is written to Notion."""

from dataclasses import dataclass
from typing import Any

from accord.core.ports import Binding, Found
from accord.core.record import Sighting
from accord.core.schema import Collection, Field, PropertyType, Schema
from accord.core.stamps import UNSTAMPED, Stamps
from accord.core.values import Value
from accord.declare.collection import MANAGED
from tests.notion.stage import Json, Stage, database

ROW = "5f0f5c0e-9d5e-4f0a-8d5c-3d1a5c0b7e11"

THINGS = Collection(
    title="Things",
    table="things",
    env="NOTION_THINGS_DB",
    model="Thing",
    fields=(
        Field("name", "Name", PropertyType.TITLE, "name", "text"),
        Field("notes", "Notes", PropertyType.RICH_TEXT, "notes", "text"),
        Field("budget", "Budget", PropertyType.NUMBER, "budget", "numeric"),
        Field("kind", "Kind", PropertyType.SELECT, "kind", "text"),
        Field("tags", "Tags", PropertyType.MULTI_SELECT, "tags", "text[]"),
        Field("state", "State", PropertyType.STATUS, "state", "text"),
        Field("due", "Due", PropertyType.DATE, "due", "timestamptz"),
        Field("team", "Team", PropertyType.PEOPLE, "team", "uuid[]"),
        Field("papers", "Papers", PropertyType.FILES, "papers", "jsonb"),
        Field("done", "Done", PropertyType.CHECKBOX, "done", "boolean"),
        Field("site", "Site", PropertyType.URL, "site", "text"),
        Field("email", "Email", PropertyType.EMAIL, "email", "text"),
        Field("phone", "Phone", PropertyType.PHONE_NUMBER, "phone", "text"),
        Field("tasks", "Tasks", PropertyType.RELATION, to="tasks", many=True),
        *MANAGED,
    ),
)

PROPERTIES: Json = {
    "Name": {"title": {}},
    "Notes": {"rich_text": {}},
    "Budget": {"number": {}},
    "Kind": {"select": {}},
    "Tags": {"multi_select": {}},
    "State": {"status": {}},
    "Due": {"date": {}},
    "Team": {"people": {}},
    "Papers": {"files": {}},
    "Done": {"checkbox": {}},
    "Site": {"url": {}},
    "Email": {"email": {}},
    "Phone": {"phone_number": {}},
    "Supabase ID": {"rich_text": {}},
    "Last Synced": {"date": {}},
    "Sync Status": {"rich_text": {}},
}


@dataclass
class Things(Stage):
    """A stage with one more database, into which is written."""

    def __post_init__(self) -> None:
        super().__post_init__()
        tasks = {"data_source_id": self.tasks_id, "type": "single_property", "single_property": {}}
        made = self.workspace.create_database(
            database("Things", {**PROPERTIES, "Tasks": {"relation": tasks}})
        )
        self.things_id = made["data_sources"][0]["id"]

    async def things(self) -> Binding:
        """The binding of the database as it is now."""
        schema = Schema((THINGS,))
        survey = await self.notion.survey(schema, {"things": self.things_id}, {})
        return survey.bindings["things"]

    def created(self, stamps: Stamps = UNSTAMPED, **values: Value) -> Found:
        """Make a page by the Notion side."""

        async def scene() -> Found:
            return await self.notion.create(await self.things(), values, stamps, within=15)

        return self.run(scene)

    def updated(self, page_id: str, stamps: Stamps = UNSTAMPED, **values: Value) -> Found:
        """Write into a page by the Notion side."""

        async def scene() -> Found:
            binding = await self.things()
            return await self.notion.update(binding, page_id, values, stamps, within=15)

        return self.run(scene)

    def buried(self, page_id: str, *, deleted: bool) -> Found:
        """Move a page to the trash, or back."""

        async def scene() -> Found:
            binding = await self.things()
            return await self.notion.bury(binding, page_id, deleted=deleted, within=15)

        return self.run(scene)

    def claims(self, row_id: str = ROW) -> tuple[Sighting, ...]:
        """The pages whose Supabase ID is this row's."""

        async def scene() -> tuple[Sighting, ...]:
            return await self.notion.created_for(await self.things(), row_id)

        return self.run(scene)

    def shown(self, page_id: str) -> dict[str, Any]:
        """A page's properties as Notion shows them."""
        properties: dict[str, Any] = self.workspace.page(page_id)["properties"]
        return properties


def sight(found: Found) -> Sighting:
    """The sighting, of which there is one."""
    assert found.sighting is not None, found
    return found.sighting
