"""The whole of a workspace in memory, and the questions that everybody asks of it.

The rule: time comes from the clock that was handed in, ids from the seed; what is shared and
what lies in the trash is answered here and nowhere else.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from notion_emulator.changes import Changes
from notion_emulator.errors import ApiError, invalid, not_found
from notion_emulator.ids import Ids
from notion_emulator.model import TITLE, DataSource, Page, Parent, Property, User
from notion_emulator.richtext import TextReader, plain_text
from notion_emulator.rows import Rows
from notion_emulator.stamps import to_ms
from notion_emulator.storage import Storage
from notion_emulator.uploads import Uploads

if TYPE_CHECKING:
    from collections.abc import Callable

    from notion_emulator.comments import Comment
    from notion_emulator.model import Block, Database
    from notion_emulator.storage import Stored
    from notion_emulator.switches import Switches
    from notion_emulator.templates import Template
    from notion_emulator.uploads import Upload
    from notion_emulator.views import View

Json = dict[str, Any]
URL = "https://app.notion.com/p/"
#: Rows that a data source can hold.
ROW_LIMIT = 250_000
DAY_MS = 24 * 60 * 60 * 1000


def wall_clock() -> datetime:
    """Return the present: the default clock."""
    return datetime.now(UTC)


class State:
    """Everything in a workspace.

    Args:
        clock: Gives the present as an aware datetime.
        switches: How doubtful points are decided.
        seed: Decides all ids.
        integration: The name of the integration, which its bot bears.
    """

    def __init__(
        self, clock: Callable[[], datetime], switches: Switches, seed: int, integration: str
    ) -> None:
        self.clock = clock
        self.switches = switches
        self.ids = Ids(seed)
        self.space_id = self.ids.uuid()
        self.bot = User(self.ids.uuid(), integration, "bot")
        self.users: dict[str, User] = {self.bot.id: self.bot}
        self.databases: dict[str, Database] = {}
        self.sources: dict[str, DataSource] = {}
        self.rows: dict[str, Rows] = {}
        self.pages: dict[str, Page] = {}
        self.blocks: dict[str, Block] = {}
        self.nested: dict[str, dict[str, None]] = {}
        self.uploads: dict[str, Upload] = {}
        self.stored: dict[str, Stored] = {}
        self.storage = Storage(self)
        self.files = Uploads(self)
        self.comments: dict[str, Comment] = {}
        self.views: dict[str, View] = {}
        self.templates: dict[str, Template] = {}
        self.emojis: dict[str, Json] = {}
        self.unshared: set[str] = set()
        self.changes = Changes()
        self.trash_count = 0
        self.row_limit = ROW_LIMIT
        self.epoch = 0
        self.awaited: dict[str, list[tuple[str, str]]] = {}
        self.plain = DataSource(
            "", "", 0, 0, "", "", properties={TITLE: Property(TITLE, TITLE, TITLE)}
        )
        self.texts = TextReader(switches, self.user_json, self._mention)
        self.forget()
        self.last_number = 0

    def now(self) -> int:
        """Return the present in milliseconds."""
        return to_ms(self.clock())

    def instant(self, at: datetime | None) -> int:
        """Return ``at``, or the present, in milliseconds."""
        return self.now() if at is None else to_ms(at)

    def sequence(self) -> int:
        """Return the next number of creation."""
        self.last_number += 1
        return self.last_number

    def touch(self) -> None:
        """Forget every rendered page: something that shows everywhere has changed."""
        self.epoch += 1
        self.forget()

    def forget(self) -> None:
        """Forget what was found out about trash and sharing."""
        self._buried: dict[Parent, bool] = {}
        self._visible: dict[str, bool] = {}

    def nest(self, parent: Parent, thing_id: str) -> None:
        """Note that a page or database stands on a page or below a block."""
        if parent.kind == "page_id":
            self.nested.setdefault(parent.id, {})[thing_id] = None
        holder = self.pages.get(parent.id) or self.blocks.get(parent.id)
        if holder is not None:
            holder.children.append(thing_id)

    def unnest(self, parent: Parent, thing_id: str) -> None:
        """Note that a page or database does not stand there any more."""
        self.nested.get(parent.id, {}).pop(thing_id, None)
        holder = self.pages.get(parent.id) or self.blocks.get(parent.id)
        if holder is not None:
            holder.children.remove(thing_id)

    # ---- users

    def user_json(self, user_id: str) -> Json | None:
        """Return the full user object as it stands in property values."""
        user = self.users.get(user_id)
        if user is None:
            return None
        body: Json = {
            "object": "user",
            "id": user.id,
            "name": user.name,
            "avatar_url": user.avatar_url,
            "type": user.kind,
        }
        if user.kind == "person":
            body["person"] = {} if user.email is None else {"email": user.email}
            if user.email is not None and self.switches.email_verified:
                body["person"]["email_verified"] = True
        else:
            body["bot"] = {}
        return body

    def person(self, user_id: str) -> None:
        """Refuse an id that belongs to no user."""
        if user_id not in self.users:
            raise self.missing("user", user_id)

    # ---- what is shared, what is in the trash

    def _ancestors(self, parent: Parent) -> list[Database | DataSource | Page | Block]:
        found: list[Database | DataSource | Page | Block] = []
        while True:
            above: Database | DataSource | Page | None
            if parent.kind == "page_id":
                above = self.pages.get(parent.id)
            elif parent.kind == "data_source_id":
                above = self.sources.get(parent.id)
            elif parent.kind == "database_id":
                above = self.databases.get(parent.id)
            else:
                block = self.blocks.get(parent.id)
                if block is None:
                    return found
                found.append(block)
                parent = block.parent
                continue
            if above is None:
                return found
            found.append(above)
            parent = (
                Parent("database_id", above.database_id)
                if isinstance(above, DataSource)
                else above.parent
            )

    def visible(self, thing_id: str, parent: Parent) -> bool:
        """Tell whether a thing is shared and not gone: neither it nor anything above it."""
        if self.switches.trash_days is not None and self._purged(thing_id, parent):
            return False
        if not self.unshared:
            return True
        if thing_id in self.unshared:
            return False
        return not any(above.id in self.unshared for above in self._ancestors(parent))

    def _purged(self, thing_id: str, parent: Parent) -> bool:
        """Tell whether a page, or one above it, was in the trash for as long as it may be."""
        horizon = self.now() - (self.switches.trash_days or 0) * DAY_MS
        above = [self.pages.get(thing_id), *self._ancestors(parent)]
        return any(
            isinstance(one, Page) and one.in_trash and one.edited <= horizon for one in above
        )

    def source_visible(self, source_id: str) -> bool:
        """Tell whether a data source exists and is shared."""
        known = self._visible.get(source_id)
        if known is None:
            source = self.sources.get(source_id)
            if source is None:
                return False
            known = self.visible(source_id, Parent("database_id", source.database_id))
            self._visible[source_id] = known
        return known

    def buried(self, parent: Parent) -> bool:
        """Tell whether anything above lies in the trash."""
        known = self._buried.get(parent)
        if known is None:
            known = any(above.in_trash for above in self._ancestors(parent))
            if parent.kind == "data_source_id":
                self._buried[parent] = known
        return known

    # ---- look-ups that refuse

    def missing(self, kind: str, object_id: str) -> ApiError:
        """Return the 404 for an object."""
        return not_found(kind, object_id, self.bot.name, self.bot.id)

    def page(self, page_id: str) -> Page:
        """Return a shared page.

        Raises:
            ApiError: 404.
        """
        page = self.pages.get(page_id)
        if page is None or not self.visible(page_id, page.parent):
            raise self.missing("page", page_id)
        return page

    def addressed_page(self, page_id: str) -> Page:
        """Return the shared page that a path names.

        Raises:
            ApiError: 404, or 400 where a shared database has this id.
        """
        database = self.databases.get(page_id)
        if database is not None and self.visible(page_id, database.parent):
            raise invalid(
                f"Provided ID {page_id} is a database, not a page. "
                "Use the retrieve database API instead."
            )
        return self.page(page_id)

    def addressed_database(self, database_id: str) -> Database:
        """Return the shared database that a path names.

        Raises:
            ApiError: 404, or 400 where a shared page has this id.
        """
        page = self.pages.get(database_id)
        if page is not None and self.visible(database_id, page.parent):
            raise invalid(
                f"Provided database_id {database_id} is a page, not a database. Use the pages "
                "API instead, or pass the ID of the database itself."
            )
        return self.database(database_id)

    def source(self, source_id: str) -> DataSource:
        """Return a shared data source.

        Raises:
            ApiError: 404; Notion speaks of a database here.
        """
        if not self.source_visible(source_id):
            raise self.missing("database", source_id)
        return self.sources[source_id]

    def database(self, database_id: str) -> Database:
        """Return a shared database.

        Raises:
            ApiError: 404.
        """
        database = self.databases.get(database_id)
        if database is None or not self.visible(database_id, database.parent):
            raise self.missing("database", database_id)
        return database

    def schema_of(self, page: Page) -> DataSource:
        """Return the data source whose properties a page has."""
        if page.parent.kind == "data_source_id":
            return self.sources[page.parent.id]
        return self.plain

    # ---- what values ask

    def relation_target(self, page_id: str, prop: Property, *, trusted: bool) -> None:
        """Refuse a page that the relation cannot lead to; trusted, it may be yet to come."""
        if trusted:
            if page_id not in self.pages:
                self.awaited.setdefault(page_id, [])
            return
        page = self.pages.get(page_id)
        if page is None or not self.visible(page_id, page.parent):
            if self.switches.missing_relation_target == 404:
                raise self.missing("page", page_id)
            raise invalid(f"Page with ID {page_id} does not exist or is not shared.")
        if page.parent.id != prop.target:
            raise invalid(
                f"Page with ID {page_id} is not in the data source that property "
                f'"{prop.name}" relates to.'
            )

    def options_changed(self, prop: Property) -> None:
        """Take notice of a new option: the property's data source shows it."""
        for source in self.sources.values():
            if source.properties.get(prop.id) is prop:
                source.epoch += 1
                self.changes.option_added(source.id, prop)

    def upload(self, upload_id: str) -> tuple[str, str]:
        """Return name and key of an uploaded file that is put somewhere, and so stays."""
        upload = self.files.attach(upload_id)
        return upload.filename or "", upload.key or ""

    def _mention(self, kind: str, target: str) -> tuple[str, str]:
        url = URL + target.replace("-", "")
        if kind == "page" and target in self.pages:
            return self.title_of(self.pages[target]), url
        if target in self.databases:
            return plain_text(self.databases[target].title), url
        if target in self.sources:
            return plain_text(self.sources[target].title), url
        return "", url

    def title_of(self, page: Page) -> str:
        """Return a page's title as plain text."""
        return plain_text(page.values.get(TITLE))
