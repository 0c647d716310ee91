"""People who change rows while somebody walks through them.

The rule: what they do is what anybody can do in the workspace; nobody but them is its author.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_emulator.chance import chance
from notion_emulator.model import TITLE

if TYPE_CHECKING:
    from notion_emulator.workspace import Workspace

Json = dict[str, Any]


def act(workspace: Workspace, action: Json) -> None:
    """Do something to a row.

    Args:
        workspace: Where.
        action: ``do``: ``edit`` (``page_id``, ``properties``), ``insert`` (``data_source_id``,
            ``properties``), ``trash`` or ``restore`` (``page_id``); ``by``: who, by default the
            first person.

    Raises:
        ValueError: There is no such thing to do.
        KeyError: The action lacks something.
    """
    by = action.get("by") or somebody(workspace)
    match action.get("do"):
        case "edit":
            properties = {"properties": action["properties"]}
            workspace.update_page(action["page_id"], properties, by=by)
        case "insert":
            parent = {"data_source_id": action["data_source_id"]}
            body = {"parent": parent, "properties": action.get("properties") or {}}
            workspace.create_page(body, by=by)
        case "trash":
            workspace.trash_page(action["page_id"], by=by)
        case "restore":
            workspace.restore_page(action["page_id"], by=by)
        case other:
            raise ValueError(f"do is edit, insert, trash or restore, not {other!r}")


def somebody(workspace: Workspace) -> str:
    """Return the id of a person, of the integration when there is none."""
    people = (user.id for user in workspace.state.users.values() if user.kind == "person")
    return next(people, workspace.bot_id)


def drawn(workspace: Workspace, source_id: str, seed: object) -> Json | None:
    """Return an action on some row of a data source; None where there is no row."""
    rows = workspace.state.rows.get(source_id)
    if rows is None or not len(rows.live):
        return None
    pages = list(rows.live.oldest_first())
    page = pages[int(chance(seed, "row") * len(pages))]
    title = workspace.state.title_of(page)
    action: Json = {
        "do": ("edit", "insert", "trash")[int(chance(seed, "do") * 3)],
        "page_id": page.id,
        "data_source_id": source_id,
    }
    if action["do"] != "trash":
        action["properties"] = {TITLE: {"title": [{"text": {"content": f"{title} again"}}]}}
    return action
