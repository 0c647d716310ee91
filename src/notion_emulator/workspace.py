"""The workspace: the one object that tests, samples and the HTTP side hold.

The rule: everything that can be done over HTTP can be done here, in the vocabulary of the HTTP
bodies, with the time and the person of one's choice; nothing here reads the wall clock.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

import orjson

from notion_emulator.bodies import Bodies
from notion_emulator.capabilities import Capabilities
from notion_emulator.clock import Clock
from notion_emulator.comments import Comments
from notion_emulator.containers import Containers
from notion_emulator.contents import Contents
from notion_emulator.cursors import Cursors
from notion_emulator.datafile import DataFile
from notion_emulator.faults import FaultPlan
from notion_emulator.ids import Ids, decoded, normal_id
from notion_emulator.items import Items
from notion_emulator.limits import Limits
from notion_emulator.model import User
from notion_emulator.page_markdown import PageMarkdown
from notion_emulator.pages import Pages
from notion_emulator.query import Queries
from notion_emulator.render import Renderer
from notion_emulator.searching import Search
from notion_emulator.snapshot import read_snapshot, write_snapshot
from notion_emulator.stamps import to_ms
from notion_emulator.state import State, wall_clock
from notion_emulator.switches import Switches
from notion_emulator.tasks import Tasks
from notion_emulator.templates import Templates
from notion_emulator.traffic import RequestLog
from notion_emulator.uploads import Sent
from notion_emulator.views import Views
from notion_emulator.webhooks import Webhooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from pathlib import Path

Json = dict[str, Any]

ROW_CAP = 10_000
_NOT_KEPT = nullcontext()


class Workspace:
    """A Notion workspace in memory.

    Args:
        clock: Gives the present as an aware datetime.
        switches: How doubtful points of Notion's behaviour are decided.
        seed: Decides all ids that are not given.
        requests_per_minute: Budget of a token in 60 seconds; None and 0 are no limit.
        row_cap: Rows that one walk through a query may give.
        name: What the workspace is called.
        integration: What the integration and its bot are called.
        data: The file that keeps the workspace, made when there is none; None keeps nothing.
            What an existing file says goes before seed, name and integration.

    Raises:
        UnusableFileError: The file cannot be used.

    Attributes:
        token: The token that the HTTP side accepts, with every capability.
        tokens: Further tokens and what they may do, see `add_token`.
        environment: What a client's environment calls the data sources: variable -> id.
        clock: The present; it can be set, moved on and stopped.
        requests: The HTTP requests that were answered.
        faults: What is to go wrong with requests.
        webhooks: Who is told of changes; ``await webhooks.deliver_due()`` sends what is due.
        limits: The request budgets; they can be changed at any time.
        comments, views, templates: What there is of them, each with ``add``.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], datetime] = wall_clock,
        switches: Switches | None = None,
        seed: int = 0,
        requests_per_minute: int | None = None,
        row_cap: int = ROW_CAP,
        name: str = "Local workspace",
        integration: str = "Local integration",
        data: Path | None = None,
    ) -> None:
        self.name = name
        self.clock = Clock(clock)
        self.state = State(self.clock, switches or Switches(), seed, integration)
        self.renderer = Renderer(self.state)
        self.containers = Containers(self.state, self.renderer)
        self.pages = Pages(self.state, self.renderer)
        self.bodies = Bodies(self.state)
        self.contents = Contents(self.state, self.pages, self.containers, self.bodies)
        self.markdown = PageMarkdown(self.state, self.bodies, self.contents)
        self.uploads = self.state.files
        self.items = Items(self.state, self.renderer)
        self.wire_ids = Ids(seed ^ 0x5EED)
        self.cursors = Cursors(self.wire_ids)
        self.tasks = Tasks(self.state, self.wire_ids)
        self.queries = Queries(self.state, self.renderer, self.cursors, row_cap)
        self.searches = Search(self.state, self.cursors, row_cap)
        self.comments = Comments(self.state, self.bodies)
        self.views = Views(self.state, self.queries, self.wire_ids)
        self.templates = Templates(self.state, self.pages, self.bodies)
        self.limits = Limits(self.state.now, requests_per_minute or 0)
        self.requests = RequestLog()
        self.faults = FaultPlan()
        self.webhooks = Webhooks(self.state, self.wire_ids, name)
        self.token = "ntn_local_" + self.wire_ids.uuid().replace("-", "")
        self.tokens: dict[str, Capabilities] = {}
        self.environment: dict[str, str] = {}
        self._file = None if data is None else DataFile(data, self)

    # ---- what outlives a restart

    @property
    def is_empty(self) -> bool:
        """Whether there is neither a database nor a page."""
        return not self.state.databases and not self.state.pages

    def commit(self) -> None:
        """Write what was done here since the last request to the data file, if there is one."""
        if self._file is not None:
            self._file.commit()

    def answering(self, *, reads: bool) -> AbstractContextManager[None]:
        """Have in the data file what a request changes, and only that.

        Args:
            reads: The request only reads, whatever it looks at.
        """
        return _NOT_KEPT if self._file is None else self._keeping(self._file, reads=reads)

    @staticmethod
    @contextmanager
    def _keeping(file: DataFile, *, reads: bool) -> Iterator[None]:
        file.commit()
        try:
            yield
        finally:
            if reads:
                file.forget()
            else:
                file.commit()

    def close(self) -> None:
        """Let go of the data file, if there is one, after writing what is pending."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def save(self, path: Path) -> None:
        """Write the whole workspace to a file: a snapshot, as JSON."""
        write_snapshot(self, path)

    def load(self, path: Path) -> None:
        """Become what a snapshot says, its token included; all that was here is gone.

        Raises:
            UnusableFileError: The file is no snapshot.
        """
        read_snapshot(self, path)
        self.commit()

    @property
    def now(self) -> datetime:
        """The present by the workspace's clock."""
        return self.state.clock()

    # ---- tokens

    def add_token(self, capabilities: Capabilities | None = None) -> str:
        """Return a further token of the integration; unsaid, with every capability."""
        token = "ntn_local_" + self.wire_ids.uuid().replace("-", "")
        self.tokens[token] = capabilities or Capabilities()
        return token

    def capabilities(self, token: str) -> Capabilities | None:
        """Return what a token may do, None for one that was never given out."""
        return Capabilities() if token == self.token else self.tokens.get(token)

    # ---- people

    @property
    def bot_id(self) -> str:
        """The id of the integration's own user."""
        return self.state.bot.id

    @property
    def workspace_id(self) -> str:
        """The id of the workspace."""
        return self.state.space_id

    def add_person(
        self,
        name: str,
        email: str | None = None,
        id: str | None = None,
        *,
        avatar_url: str | None = None,
        guest: bool = False,
    ) -> str:
        """Add a person and return the id; a guest is not listed."""
        user_id = _given(id) or self.state.ids.uuid()
        self.state.users[user_id] = User(user_id, name, "person", email, avatar_url, guest)
        self.state.touch()
        return user_id

    def add_bot(self, name: str, id: str | None = None, *, avatar_url: str | None = None) -> str:
        """Add the bot of another integration and return its id."""
        user_id = _given(id) or self.state.ids.uuid()
        self.state.users[user_id] = User(user_id, name, "bot", None, avatar_url)
        self.state.touch()
        return user_id

    def add_emoji(self, name: str, url: str, id: str | None = None) -> str:
        """Add a custom emoji and return its id."""
        emoji_id = _given(id) or self.state.ids.uuid()
        self.state.emojis[emoji_id] = {"name": name, "url": url}
        return emoji_id

    # ---- sharing

    def unshare(self, object_id: str) -> None:
        """Take a database, data source or page, with all below it, from the integration."""
        self.state.unshared.add(_given(object_id) or "")
        self.state.touch()

    def share(self, object_id: str) -> None:
        """Give a database, data source or page back to the integration."""
        self.state.unshared.discard(_given(object_id) or "")
        self.state.touch()

    # ---- databases and data sources

    def create_database(
        self,
        body: Json,
        *,
        id: str | None = None,
        data_source_id: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
    ) -> Json:
        """Create a database with its first data source; return the database object."""
        database = self.containers.create_database(
            body,
            database_id=_given(id),
            source_id=_given(data_source_id),
            at=self.state.instant(at),
            by=by or self.bot_id,
        )
        return self.containers.database_json(database)

    def create_data_source(
        self,
        body: Json,
        *,
        id: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
    ) -> Json:
        """Add a data source to a database; return the data source object."""
        source = self.containers.create_source(
            body, source_id=_given(id), at=self.state.instant(at), by=by or self.bot_id
        )
        return self.containers.source_json(source)

    def add_property(
        self, data_source_id: str, name: str, config: Json, *, id: str | None = None
    ) -> Json:
        """Add a property with an id of one's choice; return the data source object.

        Unlike an update it takes kinds too that only Notion's own application creates.
        """
        source = self.state.source(_given(data_source_id) or "")
        self.containers.columns.place(source, name, config, None if id is None else decoded(id))
        return self.containers.source_json(source)

    def update_database(
        self, database_id: str, body: Json, *, at: datetime | None = None, by: str | None = None
    ) -> Json:
        """Change a database; return the database object."""
        database = self.state.database(_given(database_id) or "")
        self.containers.update_database(
            database, body, at=self.state.instant(at), by=by or self.bot_id
        )
        return self.containers.database_json(database)

    def update_data_source(
        self, data_source_id: str, body: Json, *, at: datetime | None = None, by: str | None = None
    ) -> Json:
        """Change a data source, above all its schema; return the data source object."""
        source = self.state.source(_given(data_source_id) or "")
        self.containers.update_source(source, body, at=self.state.instant(at), by=by or self.bot_id)
        return self.containers.source_json(source)

    def database(self, database_id: str) -> Json:
        """Return a database object."""
        return self.containers.database_json(self.state.database(_given(database_id) or ""))

    def data_source(self, data_source_id: str) -> Json:
        """Return a data source object."""
        return self.containers.source_json(self.state.source(_given(data_source_id) or ""))

    # ---- pages

    def create_page(
        self,
        body: Json,
        *,
        id: str | None = None,
        at: datetime | None = None,
        by: str | None = None,
    ) -> Json:
        """Create a page; return the page object."""
        instant, author = self.state.instant(at), by or self.bot_id
        page = self.contents.create_page(body, page_id=_given(id), at=instant, by=author)
        return self.page(page.id)

    def update_page(
        self, page_id: str, body: Json, *, at: datetime | None = None, by: str | None = None
    ) -> Json:
        """Change a page; return the page object."""
        page = self.state.page(_given(page_id) or "")
        self.contents.update_page(page, body, at=self.state.instant(at), by=by or self.bot_id)
        return self.page(page.id)

    def trash_page(
        self, page_id: str, *, at: datetime | None = None, by: str | None = None
    ) -> Json:
        """Put a page into the trash; return the page object."""
        return self.update_page(page_id, {"in_trash": True}, at=at, by=by)

    def restore_page(
        self, page_id: str, *, at: datetime | None = None, by: str | None = None
    ) -> Json:
        """Take a page out of the trash; return the page object."""
        return self.update_page(page_id, {"in_trash": False}, at=at, by=by)

    def move_page(
        self, page_id: str, parent: Json, *, at: datetime | None = None, by: str | None = None
    ) -> Json:
        """Give a page another parent; return the page object."""
        page = self.state.page(_given(page_id) or "")
        self.pages.move(page, {"parent": parent}, at=self.state.instant(at), by=by or self.bot_id)
        return self.page(page.id)

    def page(self, page_id: str) -> Json:
        """Return a page object."""
        body: Json = orjson.loads(self.renderer.page(self.state.page(_given(page_id) or "")))
        return body

    def bulk_pages(
        self, data_source_id: str, pages: Iterable[tuple[str, Json, datetime, str | None]]
    ) -> int:
        """Create many rows fast, for generators.

        Args:
            data_source_id: Where they go.
            pages: ``(id, properties, at, by)`` each; relations may name pages that come later.

        Returns:
            How many were created.
        """
        source = self.state.source(_given(data_source_id) or "")
        bot = self.bot_id
        return self.pages.bulk(
            source,
            (
                (_given(page_id) or "", written, to_ms(at), by or bot)
                for page_id, written, at, by in pages
            ),
        )

    def upload_file(self, name: str, data: bytes, *, by: str | None = None) -> str:
        """Upload a file, to be put somewhere within an hour; return the id of the upload."""
        author = by or self.bot_id
        upload = self.uploads.create({"filename": name}, at=self.state.now(), by=author)
        self.uploads.send(upload, Sent(data))
        return upload.id

    # ---- queries

    def query(self, data_source_id: str, body: Json | None = None) -> list[Json]:
        """Return one page of the results of a query as page objects."""
        source = self.state.source(_given(data_source_id) or "")
        answer = self.queries.run(source, body or {})
        return [orjson.loads(self.renderer.page(page)) for page in answer.pages]

    def expire_cursors(self) -> None:
        """Invalidate every cursor that was given out."""
        self.cursors.forget()


def _given(text: str | None) -> str | None:
    """Return an id with dashes; an id that Notion would refuse is an error of the caller."""
    if text is None:
        return None
    found = normal_id(text)
    if found is None:
        raise ValueError(f"{text!r} is not a UUID that Notion accepts (RFC 4122)")
    return found
