"""Values that find themselves under another property: a changed type, another data source.

The rule: what has a meaning there is kept as a person would read it; everything else is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_emulator.errors import ApiError
from notion_emulator.model import Option, Property
from notion_emulator.schema import default_status
from notion_emulator.stamps import normal_date

if TYPE_CHECKING:
    from notion_emulator.state import State


def reread(state: State, prop: Property, plain: object) -> Any:
    """Return a plain value as another kind keeps it, or None where it has no meaning."""
    parts = [str(one) for one in plain] if isinstance(plain, list) else []
    if not parts and plain not in (None, "", False, []):
        parts = [_spelled(plain)]
    if not parts:
        return None
    text = ", ".join(parts)
    match prop.kind:
        case "rich_text" | "url" | "email" | "phone_number":
            return text
        case "number":
            try:
                number = float(text)
            except ValueError:
                return None
            return int(number) if number.is_integer() else number
        case "checkbox":
            return text.lower() in {"true", "yes"} or None
        case "select" | "status":
            return _choice(state, prop, parts[0])
        case "multi_select":
            pieces = [one.strip() for part in parts for one in part.split(",")]
            found = [_choice(state, prop, one) for one in pieces if one]
            return [one for one in found if one] or None
        case "date":
            try:
                return normal_date({"start": text}, "")
            except ApiError:
                return None
        case _:
            return None


def _choice(state: State, prop: Property, name: str) -> str | None:
    option = prop.named(name, ignore_case=state.switches.options_ignore_case)
    if option is None:
        if prop.kind == "status" or "," in name:
            return default_status(prop) if prop.kind == "status" else None
        option = Option(state.ids.uuid(), name[:100], state.ids.color())
        prop.options.append(option)
    return option.id


def _spelled(plain: object) -> str:
    if isinstance(plain, float) and plain.is_integer():
        return str(int(plain))
    return "Yes" if plain is True else str(plain)


def rekind(state: State, old: Property, new: Property, value: Any) -> Any:
    """Return a value of one property as another of the same kind keeps it; None where none."""
    if old.kind in {"select", "multi_select", "status"}:
        ids = value if isinstance(value, list) else [value]
        found = []
        for one in ids:
            option = old.option(one)
            twin = None
            if option is not None:
                twin = new.named(option.name, ignore_case=state.switches.options_ignore_case)
                if twin is None and new.kind != "status":
                    twin = Option(state.ids.uuid(), option.name, option.color)
                    new.options.append(twin)
                    state.options_changed(new)
            if twin is not None:
                found.append(twin.id)
        if old.kind == "multi_select":
            return found or None
        return found[0] if found else None
    if old.kind == "relation":
        return value if old.target == new.target else None
    if old.kind == "unique_id":
        return None
    return value
