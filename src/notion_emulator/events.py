"""The events that webhooks carry: what a number of changes to one object comes to.

The rule: an event says that something changed, never to what. What was changed back, or made
and thrown away in the same window, gives no event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from notion_emulator.ids import encoded
from notion_emulator.model import Parent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from notion_emulator.changes import Change
    from notion_emulator.state import State

Json = dict[str, Any]

EVENT_TYPES = (
    "page.created",
    "page.deleted",
    "page.undeleted",
    "page.moved",
    "page.locked",
    "page.unlocked",
    "page.properties_updated",
    "page.content_updated",
    "data_source.created",
    "data_source.deleted",
    "data_source.undeleted",
    "data_source.moved",
    "data_source.schema_updated",
    "data_source.content_updated",
    "database.created",
    "database.deleted",
    "database.undeleted",
    "database.moved",
    "view.created",
    "view.updated",
    "view.deleted",
    "comment.created",
    "comment.updated",
    "comment.deleted",
    "file_upload.created",
    "file_upload.completed",
    "file_upload.expired",
    "file_upload.upload_failed",
)
_GATHERED = ("page.", "data_source.", "database.")
_PROMPT = {"page.locked", "page.unlocked"}
_PLACES = {
    "page_id": "page",
    "database_id": "database",
    "block_id": "block",
    "data_source_id": "database",
}


@dataclass(frozen=True, slots=True)
class Event:
    """What one webhook tells.

    Attributes:
        type: One of `EVENT_TYPES`.
        id: The object that it is about.
        at: Instant of the last change in it, in milliseconds.
        authors: Ids of those who made the changes, in the order in which they came.
        data: What is said besides.
    """

    type: str
    id: str
    at: int
    authors: tuple[str, ...]
    data: Json

    @property
    def entity(self) -> str:
        """The kind of object."""
        return self.type.partition(".")[0]


def is_gathered(kind: str) -> bool:
    """Tell whether changes of a kind wait for others to the same object."""
    return kind.startswith(_GATHERED) and kind not in _PROMPT


def single(state: State, change: Change) -> Event:
    """Return the event of a change that waits for no other."""
    data = dict(change.detail or {})
    if is_known(state, change):
        data = {"parent": _parent(state, change), **data}
    return Event(change.kind, change.id, change.at, (change.by,), data)


def is_known(state: State, change: Change) -> bool:
    """Tell whether a change is to a page, a data source or a database."""
    return change.kind.startswith(_GATHERED) and (
        change.id in state.pages or change.id in state.sources or change.id in state.databases
    )


def net(state: State, changes: list[Change]) -> list[Event]:
    """Return what changes to one object come to.

    Args:
        state: The workspace as it is now.
        changes: In the order in which they happened, all to the same object.
    """
    entity = changes[0].kind.partition(".")[0]
    by_kind: dict[str, list[Change]] = {}
    for change in changes:
        by_kind.setdefault(change.kind.partition(".")[2], []).append(change)
    fates = [one for one in changes if one.kind.endswith(("created", "deleted"))]
    fate = _fate(fates)
    if fate == "nothing":
        return []
    events = []
    if fate != "same":
        chosen = [one for one in fates if one.kind.endswith(f".{fate}")]
        events.append(_event(state, f"{entity}.{fate}", chosen, {}))
    if fate == "deleted":
        return events
    for kind, some in by_kind.items():
        data = _data(state, kind, some)
        if data is not None and not (kind == "moved" and fate == "created"):
            events.append(_event(state, f"{entity}.{kind}", some, data))
    return events


def _fate(fates: list[Change]) -> str:
    """Return ``created``, ``deleted``, ``undeleted``; ``same`` or ``nothing`` without an event.

    ``nothing`` is an object that was not there before and is not there now.
    """
    if not fates:
        return "same"
    was_there = fates[0].kind.endswith(".deleted")
    is_there = not fates[-1].kind.endswith(".deleted")
    if was_there == is_there:
        return "same" if is_there else "nothing"
    if not is_there:
        return "deleted"
    return "created" if fates[0].kind.endswith(".created") else "undeleted"


def _data(state: State, kind: str, changes: list[Change]) -> Json | None:
    """Return what an event says besides the parent, None when there is nothing to tell."""
    match kind:
        case "properties_updated":
            changed = _changed(state, changes)
            return {"updated_properties": changed} if changed else None
        case "content_updated":
            below = {one: what for change in changes for one, what in change.detail.items()}
            return {"updated_blocks": [{"id": one, "type": what} for one, what in below.items()]}
        case "schema_updated":
            columns = _columns(changes)
            return {"updated_properties": columns} if columns else None
        case "moved":
            return {} if changes[0].detail != _place(state, changes[0]) else None
    return None


def _changed(state: State, changes: list[Change]) -> list[str]:
    """Return the ids of the properties whose value is another than at first."""
    page = state.pages[changes[0].id]
    schema = state.schema_of(page).properties
    earlier: Json = {}
    for change in changes:
        for raw, value in change.detail.items():
            earlier.setdefault(raw, value)
    return [
        encoded(raw)
        for raw, value in earlier.items()
        if raw in schema and (value or None) != (page.values.get(raw) or None)
    ]


def _columns(changes: list[Change]) -> list[Json]:
    """Return what was done to each property; made and removed again is nothing."""
    found: dict[str, tuple[str, str]] = {}
    for change in changes:
        for raw, (action, name) in change.detail.items():
            before = found.get(raw, ("", ""))[0]
            if before == "created" and action == "deleted":
                del found[raw]
            else:
                found[raw] = (before if before == "created" else action, name)
    return [
        {"id": encoded(raw), "name": name, "action": action}
        for raw, (action, name) in found.items()
    ]


def _event(state: State, kind: str, changes: list[Change], data: Json) -> Event:
    authors = tuple(dict.fromkeys(one.by for one in changes))
    parent = _parent(state, changes[0])
    return Event(kind, changes[0].id, changes[-1].at, authors, {"parent": parent, **data})


def _place(state: State, change: Change) -> Parent:
    """Return where an object stands."""
    match change.kind.partition(".")[0]:
        case "page":
            return state.pages[change.id].parent
        case "database":
            return state.databases[change.id].parent
        case _:
            return Parent("database_id", state.sources[change.id].database_id)


def _parent(state: State, change: Change) -> Json:
    parent = _place(state, change)
    if parent.kind == "workspace":
        return {"id": state.space_id, "type": "space"}
    body = {"id": parent.id, "type": _PLACES[parent.kind]}
    if parent.kind == "data_source_id":
        body = {
            "id": state.sources[parent.id].database_id,
            "type": "database",
            "data_source_id": parent.id,
        }
    return body


def authors_json(state: State, authors: Iterable[str]) -> list[Json]:
    """Return authors as an event names them."""
    return [
        {"id": one, "type": state.users[one].kind if one in state.users else "person"}
        for one in authors
    ]


def is_shared(state: State, event: Event) -> bool:
    """Tell whether the integration may know of the object of an event."""
    match event.entity:
        case "page":
            return state.visible(event.id, state.pages[event.id].parent)
        case "data_source":
            return state.source_visible(event.id)
        case "database":
            return state.visible(event.id, state.databases[event.id].parent)
    return True
