"""Takes a workspace in as the API shows it: ids, property ids, options and stamps stay.

The rule: what was read of a workspace reads the same here. A data source that relations lead
to but that was not read stands as one that is not shared: they show as empty, as in Notion.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from notion_emulator.ids import decoded
from notion_emulator.kept import settle
from notion_emulator.model import (
    COMPUTED_KINDS,
    OPTION_KINDS,
    TITLE,
    Database,
    DataSource,
    Group,
    Option,
    Page,
    Parent,
    Property,
    User,
)
from notion_emulator.pictures import read_picture
from notion_emulator.richtext import PLAIN, RichText
from notion_emulator.schema import CREATABLE
from notion_emulator.stamps import parse_instant, to_ms

if TYPE_CHECKING:
    from notion_emulator.state import State
    from notion_emulator.workspace import Workspace

Json = dict[str, Any]

#: Kinds whose empty value is no value; of kinds that we do not know all is kept as it is.
_WRITABLE = CREATABLE - COMPUTED_KINDS


@dataclass(frozen=True, slots=True)
class Original:
    """A workspace as the API shows it to one connection.

    Attributes:
        me: The connection's own user, from ``/v1/users/me``.
        users: The members.
        databases: Database objects.
        data_sources: All data source objects of these databases.
        pages: Page objects, oldest first, with their long lists whole.
        environment: What a client's environment calls the data sources: variable -> id.
    """

    me: Json
    users: list[Json] = field(default_factory=list)
    databases: list[Json] = field(default_factory=list)
    data_sources: list[Json] = field(default_factory=list)
    pages: list[Json] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)


def adopt(workspace: Workspace, original: Original) -> None:
    """Take a workspace in; ``workspace`` keeps its token and nothing else of its own.

    Raises:
        ValueError: There is something in it already.
    """
    if not workspace.is_empty:
        raise ValueError("only an empty workspace can take another one in")
    adoption = _Adoption(workspace.state)
    workspace.name = adoption.bot(original.me) or workspace.name
    for user in original.users:
        adoption.user(user, guest=False)
    for database in original.databases:
        adoption.database(database)
    for source in original.data_sources:
        adoption.source(source)
    for source in original.data_sources:
        adoption.complete(source)
    for page in original.pages:
        adoption.page(page)
    workspace.environment = dict(original.environment)
    settle(workspace)
    adoption.nest()


class _Adoption:
    """One adoption under way."""

    def __init__(self, state: State) -> None:
        self.state = state

    # ---- people

    def bot(self, me: Json) -> str:
        """Take the connection's own user in; return the name of the workspace."""
        state = self.state
        del state.users[state.bot.id]
        state.bot = User(me["id"], me.get("name") or "", "bot", None, me.get("avatar_url"))
        state.users[state.bot.id] = state.bot
        owner = me.get("bot") or {}
        state.space_id = owner.get("workspace_id") or state.space_id
        return owner.get("workspace_name") or ""

    def user(self, shown: Json, *, guest: bool) -> str:
        """Take a user in who is not there yet, if more than the id is shown; return the id."""
        user_id: str = shown["id"]
        if user_id not in self.state.users and "type" in shown:
            person = shown.get("person") or {}
            self.state.users[user_id] = User(
                user_id,
                shown.get("name") or "",
                shown["type"],
                person.get("email"),
                shown.get("avatar_url"),
                guest,
            )
        return user_id

    # ---- databases and data sources

    def database(self, shown: Json) -> None:
        """Take a database in."""
        bot = self.state.bot.id
        self.state.databases[shown["id"]] = Database(
            id=shown["id"],
            parent=_parent(shown["parent"]),
            created=_instant(shown["created_time"]),
            edited=_instant(shown["last_edited_time"]),
            created_by=bot,
            edited_by=bot,
            title=_text(shown["title"]),
            description=_text(shown.get("description") or []),
            is_inline=shown.get("is_inline", False),
            is_locked=shown.get("is_locked", False),
            in_trash=shown.get("in_trash", False),
            icon=self._picture(shown.get("icon")),
            cover=self._picture(shown.get("cover")),
        )

    def source(self, shown: Json) -> None:
        """Take a data source with its schema in."""
        source = DataSource(
            id=shown["id"],
            database_id=shown["parent"]["database_id"],
            created=_instant(shown["created_time"]),
            edited=_instant(shown["last_edited_time"]),
            created_by=self.user(shown["created_by"], guest=True),
            edited_by=self.user(shown["last_edited_by"], guest=True),
            title=_text(shown["title"]),
            description=_text(shown.get("description") or []),
            icon=self._picture(shown.get("icon")),
            cover=self._picture(shown.get("cover")),
            in_trash=shown.get("in_trash", False),
        )
        for config in shown["properties"].values():
            prop = _property(config)
            source.properties[prop.id] = prop
        self.state.sources[source.id] = source
        self.state.databases[source.database_id].sources.append(source.id)

    def complete(self, shown: Json) -> None:
        """Make a stand-in for each data source that is led to but was not read."""
        for name, config in shown["properties"].items():
            if config["type"] != "relation":
                continue
            relation = config["relation"]
            target = self.state.sources.get(relation["data_source_id"])
            if target is None:
                target = self._stand_in(shown, relation)
            if target.database_id in self.state.unshared:
                self._furnish(target, shown, name, config)

    def _stand_in(self, shown: Json, relation: Json) -> DataSource:
        state = self.state
        created, bot = _instant(shown["created_time"]), state.bot.id
        source_id, database_id = relation["data_source_id"], relation["database_id"]
        database = Database(
            database_id, Parent("workspace"), created, created, bot, bot, sources=[source_id]
        )
        source = DataSource(source_id, database_id, created, created, bot, bot)
        source.properties[TITLE] = Property(TITLE, "Name", TITLE)
        state.databases[database_id] = database
        state.sources[source_id] = source
        state.unshared.add(database_id)
        return source

    def _furnish(self, target: DataSource, shown: Json, name: str, config: Json) -> None:
        """Give a stand-in the properties that the schema of another data source names."""
        two_way = config["relation"].get("dual_property")
        if two_way:
            raw = decoded(two_way["synced_property_id"])
            target.properties[raw] = Property(
                raw,
                two_way["synced_property_name"],
                "relation",
                target=shown["id"],
                mirror=decoded(config["id"]),
            )
        for other in shown["properties"].values():
            rollup = other.get("rollup") or {}
            if rollup.get("relation_property_name") == name and rollup["rollup_property_id"]:
                raw = rollup["rollup_property_id"]
                rolled = rollup["rollup_property_name"]
                target.properties.setdefault(raw, Property(raw, rolled, "rich_text"))

    # ---- pages

    def page(self, shown: Json) -> None:
        """Take a page in; its people and relations must be whole."""
        state = self.state
        page = Page(
            shown["id"],
            _parent(shown["parent"]),
            state.sequence(),
            _instant(shown["created_time"]),
            _instant(shown["last_edited_time"]),
            self.user(shown["created_by"], guest=True),
            self.user(shown["last_edited_by"], guest=True),
            self._picture(shown.get("cover")),
            self._picture(shown.get("icon")),
            in_trash=shown.get("in_trash", False),
            is_archived=shown.get("is_archived", False),
            is_locked=shown.get("is_locked", False),
        )
        source = state.schema_of(page)
        for answer in shown["properties"].values():
            prop = source.properties.get(decoded(answer["id"]))
            value = None if prop is None else self._value(prop, answer)
            if prop is not None and value is not None:
                page.values[prop.id] = value
            if prop is not None and prop.kind == "unique_id":
                source.next_number = max(source.next_number, (value or 0) + 1)
        state.pages[page.id] = page

    def _value(self, prop: Property, answer: Json) -> Any:
        """Return a value as it is kept; None where there is none."""
        kind = prop.kind
        value: Any = answer.get(kind)
        if kind in {"created_by", "last_edited_by"} and value:
            self.user(value, guest=True)
        if kind in _WRITABLE and not value and not (kind == "number" and value == 0):
            return None
        match kind:
            case "title" | "rich_text":
                return _text(value)
            case "checkbox":
                return True
            case "select" | "status":
                return _option_of(prop, value)
            case "multi_select":
                return [_option_of(prop, one) for one in value]
            case "date":
                return (value["start"], value["end"])
            case "people":
                return [self.user(one, guest=True) for one in value]
            case "relation":
                return [one["id"] for one in value]
            case "files":
                return [self._file(one) for one in value]
            case "unique_id":
                return value["number"]
            case _:
                return None if kind in COMPUTED_KINDS else value

    def _file(self, shown: Json) -> Json:
        kind = shown["type"]
        address = shown[kind]["url"]
        url = self.state.storage.key(address) if kind == "file" else address
        return {"name": shown["name"], "type": kind, "url": url}

    def _picture(self, shown: Json | None) -> Json | None:
        picture: Json | None = read_picture(self.state, shown, "")
        return picture

    def nest(self) -> None:
        """Let pages and databases stand on the pages that they stand on."""
        for page in list(self.state.pages.values()):
            if page.parent.kind != "data_source_id":
                self.state.nest(page.parent, page.id)
        for database in list(self.state.databases.values()):
            self.state.nest(database.parent, database.id)


def _instant(stamp: str) -> int:
    return to_ms(parse_instant(stamp))


def _parent(shown: Json) -> Parent:
    kind = shown["type"]
    return Parent(kind) if kind == "workspace" else Parent(kind, shown[kind])


def _text(items: list[Json]) -> RichText | None:
    """Return a rich text as it is kept."""
    if len(items) == 1:
        item = items[0]
        plain = item["type"] == "text" and item["href"] is None and item["annotations"] == PLAIN
        if plain:
            return str(item["plain_text"])
    return items or None


def _property(shown: Json) -> Property:
    kind = shown["type"]
    config: Json = shown[kind] or {}
    prop = Property(decoded(shown["id"]), shown["name"], kind, shown.get("description"))
    if kind in OPTION_KINDS:
        prop.options = [
            Option(one["id"], one["name"], one["color"], one.get("description"))
            for one in config["options"]
        ]
        prop.groups = [
            Group(one["id"], one["name"], one["color"], one["option_ids"])
            for one in config.get("groups", ())
        ]
    elif kind == "relation":
        prop.target = config["data_source_id"]
        two_way = config.get("dual_property")
        prop.mirror = decoded(two_way["synced_property_id"]) if two_way else None
    elif kind == "rollup":
        parts = ("relation_property_id", "rollup_property_id", "function")
        prop.config = {part: config[part] for part in parts}
    else:
        prop.config = config
    return prop


def _option_of(prop: Property, shown: Json) -> str:
    """Return the id of a shown option; one that the schema lacks joins it."""
    option_id: str = shown["id"]
    if prop.option(option_id) is None:
        prop.options.append(Option(option_id, shown["name"], shown["color"]))
    return option_id
