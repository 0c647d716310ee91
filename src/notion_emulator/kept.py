"""What of a workspace outlives a restart: the register of its kinds of things, and its facts.

The rule: a kind of thing is a dictionary by id somewhere in the workspace and one line in
`KINDS`; data file and snapshot keep whatever stands there. What is computed from the rest,
and what is only remembered to be faster, is left out and built again by `settle`.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING, Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter

from notion_emulator.comments import Comment
from notion_emulator.model import Block, Database, DataSource, Page, User
from notion_emulator.rows import Rows
from notion_emulator.storage import Stored
from notion_emulator.templates import Template
from notion_emulator.tracking import Tracked
from notion_emulator.uploads import Upload
from notion_emulator.views import View
from notion_emulator.webhooks import Subscription

if TYPE_CHECKING:
    from collections.abc import Iterator

    from notion_emulator.workspace import Workspace

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of thing that is kept.

    Attributes:
        name: What files call it.
        where: The way from the workspace to the dictionary by id that holds the things.
        type: What a thing is: a dataclass of plain data, or plain data; see `json_of`.
        leave_out: Fields that only make it faster, as pydantic's ``exclude`` takes them.
    """

    name: str
    where: str
    type: TypeAdapter[list[Any]]
    leave_out: Any = None

    def things(self, workspace: Workspace) -> dict[str, Any]:
        """Return the dictionary of the things."""
        found: dict[str, Any] = attrgetter(self.where)(workspace)
        return found

    def track(self, workspace: Workspace) -> None:
        """Have the dictionary note what is handed out from now on."""
        holder, _, name = self.where.rpartition(".")
        owner = attrgetter(holder)(workspace) if holder else workspace
        setattr(owner, name, Tracked(self.things(workspace)))

    def tracked(self, workspace: Workspace) -> Tracked[Any]:
        """Return the dictionary that notes what is handed out."""
        found = self.things(workspace)
        if not isinstance(found, Tracked):
            raise TypeError(f"{self.where} was replaced by a dictionary that notes nothing")
        return found

    def pack(self, thing: Any) -> bytes:
        """Return a thing as JSON."""
        leave_out = None if self.leave_out is None else {"__all__": self.leave_out}
        return self.type.dump_json([thing], exclude=leave_out)[1:-1]

    def unpack(self, content: bytes) -> Any:
        """Return a thing from its JSON."""
        return self.type.validate_json(b"[%s]" % content)[0]


def json_of(kind: Any) -> TypeAdapter[list[Any]]:
    """Return what turns things of a type into JSON and back; bytes are spelled in base64.

    A dataclass cannot be told how to spell bytes, a list of them can.
    """
    return TypeAdapter(
        list[kind], config=ConfigDict(ser_json_bytes="base64", val_json_bytes="base64")
    )


#: Everything that is kept, pages apart, in the order in which it is put back.
KINDS = (
    Kind("users", "state.users", json_of(User)),
    Kind("databases", "state.databases", json_of(Database)),
    Kind(
        "data_sources",
        "state.sources",
        json_of(DataSource),
        {"epoch": True, "names": True, "properties": {"__all__": {"spelled"}}},
    ),
    Kind("blocks", "state.blocks", json_of(Block)),
    Kind("nested", "state.nested", json_of(dict[str, None])),
    Kind("uploads", "state.uploads", json_of(Upload)),
    Kind("files", "state.stored", json_of(Stored)),
    Kind("subscriptions", "webhooks.subscriptions", json_of(Subscription)),
    Kind("comments", "state.comments", json_of(Comment)),
    Kind("views", "state.views", json_of(View)),
    Kind("templates", "state.templates", json_of(Template)),
    Kind("emojis", "state.emojis", json_of(Json)),
    Kind("awaited", "state.awaited", json_of(list[tuple[str, str]])),
)
PAGES = Kind("pages", "state.pages", json_of(Json))

#: What is there beside `KINDS`: a fact, built by `settle`, or of this run of the program alone.
OTHERWISE = frozenset(
    {
        *("environment", "state.unshared", "tokens"),
        "state.rows",
        *("faults.planned", "uploads.web"),
    }
)

# ---- pages, which are many: some fields are columns, the rest is seldom there at all

COLUMNS = (
    *("id", "parent", "sequence", "created", "edited", "created_by", "edited_by"),
    *("in_trash", "is_archived", "is_locked"),
)
_CACHES = frozenset({"version", "rendered", "packed", "_values"})
_HINTS = get_type_hints(Page)
REST = {
    one.name: (
        TypeAdapter[Any](_HINTS[one.name]),
        one.default if one.default_factory is MISSING else one.default_factory(),
    )
    for one in fields(Page)
    if one.name not in _CACHES and one.name not in COLUMNS
}


def rest_of(page: Page) -> Json:
    """Return the fields of a page that are no columns, where they say anything."""
    found = {}
    for name, (adapter, default) in REST.items():
        value = getattr(page, name)
        if value != default:
            found[name] = adapter.dump_python(value, mode="json")
    return found


def put_rest(page: Page, rest: Json) -> None:
    """Give a page what `rest_of` said."""
    for name, value in rest.items():
        setattr(page, name, REST[name][0].validate_python(value))


# ---- the workspace itself


def facts(workspace: Workspace) -> Json:
    """Return what is kept of the workspace itself."""
    state = workspace.state
    return {
        "name": workspace.name,
        "workspace_id": state.space_id,
        "bot": state.bot.id,
        "token": workspace.token,
        "environment": workspace.environment,
        "last_number": state.last_number,
        "unshared": sorted(state.unshared),
    }


def put_facts(workspace: Workspace, known: Json) -> None:
    """Give a workspace, whose things are back, what `facts` said."""
    state = workspace.state
    workspace.name = known["name"]
    workspace.token = known["token"]
    workspace.environment = known["environment"]
    state.space_id = known["workspace_id"]
    state.last_number = known["last_number"]
    state.bot = state.users[known["bot"]]
    state.unshared = set(known["unshared"])


def empty(workspace: Workspace) -> None:
    """Take everything out of a workspace, its own bot included."""
    for kind in (*KINDS, PAGES):
        kind.things(workspace).clear()
    workspace.state.unshared.clear()


def settle(workspace: Workspace) -> None:
    """Build what is computed from the things that were put back."""
    state = workspace.state
    state.rows = {source_id: Rows() for source_id in state.sources}
    living: defaultdict[str, list[Page]] = defaultdict(list)
    trashed = 0
    for page in state.pages.values():
        trashed += page.in_trash
        if page.parent.kind != "data_source_id":
            continue
        if page.in_trash or page.is_archived:
            state.rows[page.parent.id].add(page)
        else:
            living[page.parent.id].append(page)
    for source_id, pages in living.items():
        state.rows[source_id].live.add_many(pages)
    trashed += sum(database.in_trash for database in state.databases.values())
    trashed += sum(source.in_trash for source in state.sources.values())
    state.trash_count = trashed
    state.touch()


@contextmanager
def without_collection() -> Iterator[None]:
    """Leave the garbage collector out: it would look at all that is loaded, again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
