"""Changes of a page's markdown as text: found passages and what stands in their place.

The rule: a passage must be found, and found once unless all are meant; otherwise nothing
changes at all.
"""

from __future__ import annotations

from typing import Any

from notion_emulator.errors import ApiError, bad_body, invalid, missing

Json = dict[str, Any]

COMMANDS = ("insert_content", "replace_content_range", "update_content", "replace_content")
MAX_UPDATES = 100


def command_of(body: Json) -> tuple[str, Json]:
    """Return the command of a request and what it says.

    Raises:
        ApiError: 400 for a wrong shape.
    """
    kind = body.get("type")
    if kind not in COMMANDS:
        listed = ", ".join(f'`"{one}"`' for one in COMMANDS)
        raise (
            missing("body.type")
            if kind is None
            else bad_body("body.type", f"one of {listed}", kind)
        )
    command = body.get(kind)
    if not isinstance(command, dict):
        raise missing(f"body.{kind}")
    needed = {
        "insert_content": ("content",),
        "replace_content_range": ("content", "content_range"),
        "update_content": (),
        "replace_content": ("new_str",),
    }[kind]
    for part in (*needed, *(("after",) if "after" in command else ())):
        if part not in command:
            raise missing(f"body.{kind}.{part}")
        if not isinstance(command[part], str):
            raise bad_body(f"body.{kind}.{part}", "a string", command[part])
    if kind == "update_content":
        _check_updates(command.get("content_updates"))
    if kind == "insert_content":
        _check_position(command)
    return kind, command


def _check_updates(updates: object) -> None:
    path = "body.update_content.content_updates"
    if not isinstance(updates, list):
        raise missing(path) if updates is None else bad_body(path, "an array", updates)
    if len(updates) > MAX_UPDATES:
        raise bad_body(f"{path}.length", f"≤ `{MAX_UPDATES}`", len(updates))
    for at, update in enumerate(updates):
        for part in ("old_str", "new_str"):
            if not isinstance(update, dict) or part not in update:
                raise missing(f"{path}[{at}].{part}")
            if not isinstance(update[part], str):
                raise bad_body(f"{path}[{at}].{part}", "a string", update[part])


def _check_position(command: Json) -> None:
    position = command.get("position")
    if position is None:
        return
    if "after" in command:
        raise bad_body("body.insert_content.position", "not present", position)
    kind = position.get("type") if isinstance(position, dict) else None
    if kind not in ("start", "end"):
        raise bad_body("body.insert_content.position.type", 'one of `"start"`, `"end"`', kind)


def edited(text: str, kind: str, command: Json) -> str:
    """Return the markdown of a page after a command.

    Raises:
        ApiError: 400 when a passage is not found, or found more than once.
    """
    match kind:
        case "replace_content":
            return str(command["new_str"])
        case "update_content":
            for update in command["content_updates"]:
                text = _updated(text, update)
            return text
        case "replace_content_range":
            start, end = _passage(text, command["content_range"])
            return f"{text[:start]}{command['content']}{text[end:]}"
    if "after" in command:
        _, end = _passage(text, command["after"])
        line = text.find("\n", end)
        end = len(text) if line < 0 else line
        return f"{text[:end]}\n{command['content']}{text[end:]}"
    parts = [text, command["content"]]
    if (command.get("position") or {}).get("type") == "start":
        parts.reverse()
    return "\n".join(part for part in parts if part)


def _updated(text: str, update: Json) -> str:
    old, new = update["old_str"], update["new_str"]
    count = text.count(old) if old else 0
    if count == 0:
        raise _not_found(old)
    if count > 1 and not update.get("replace_all_matches"):
        raise invalid(
            f"old_str was found {count} times in the page's content: {_short(old)}. Give more of "
            "what stands around it, or set replace_all_matches."
        )
    return text.replace(old, new)


def _passage(text: str, selection: str) -> tuple[int, int]:
    """Return where the passage stands that ``start text...end text`` selects."""
    first, dots, last = selection.partition("...")
    start = text.find(first) if first else -1
    if start < 0:
        raise _not_found(selection)
    if not dots:
        return start, start + len(first)
    end = text.find(last, start + len(first)) if last else -1
    if end < 0:
        raise _not_found(selection)
    return start, end + len(last)


def _not_found(passage: str) -> ApiError:
    return invalid(f"Could not find this in the page's content: {_short(passage)}")


def _short(text: str) -> str:
    return repr(text if len(text) <= 100 else text[:100] + "…")
