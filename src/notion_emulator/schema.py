"""Property configurations: what a client writes, what is kept, what a data source shows.

The rule: options are matched by id or name and replaced as a whole; a name or a colour of an
option that exists is never altered by a schema write, as with the real API.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_emulator.errors import bad_body, invalid, missing
from notion_emulator.ids import COLORS, encoded
from notion_emulator.model import OPTION_KINDS, Group, Option, Property

if TYPE_CHECKING:
    from notion_emulator.ids import Ids
    from notion_emulator.switches import Switches

Json = dict[str, Any]

CREATABLE = frozenset(
    {
        "title",
        "rich_text",
        "number",
        "select",
        "multi_select",
        "status",
        "date",
        "people",
        "files",
        "checkbox",
        "url",
        "email",
        "phone_number",
        "formula",
        "relation",
        "rollup",
        "created_time",
        "created_by",
        "last_edited_time",
        "last_edited_by",
        "unique_id",
        "place",
    }
)
FUNCTIONS = frozenset(
    {
        "count",
        "count_values",
        "empty",
        "not_empty",
        "unique",
        "show_unique",
        "percent_empty",
        "percent_not_empty",
        "sum",
        "average",
        "median",
        "min",
        "max",
        "range",
        "earliest_date",
        "latest_date",
        "date_range",
        "checked",
        "unchecked",
        "percent_checked",
        "percent_unchecked",
        "count_per_group",
        "percent_per_group",
        "show_original",
    }
)
_STATUS_GROUPS = (("To-do", "gray"), ("In progress", "blue"), ("Complete", "green"))
_STATUS_OPTIONS = (("Not started", "default"), ("In progress", "blue"), ("Done", "green"))
MAX_OPTIONS = 100
MAX_OPTION_NAME = 100


def kind_of(config: object, path: str) -> str:
    """Return the kind that a written property configuration names.

    Raises:
        ApiError: 400 when it names none that can be created.
    """
    if not isinstance(config, dict):
        raise bad_body(path, "an object", config)
    kind = config.get("type")
    if kind is None:
        kind = next((key for key in config if key in CREATABLE), None)
    if not isinstance(kind, str) or kind not in CREATABLE:
        raise missing(f"{path}.title")
    return kind


def option_name(name: object, path: str) -> str:
    """Return a valid name for an option.

    Raises:
        ApiError: 400 for a comma, an empty or a too long name.
    """
    if not isinstance(name, str):
        raise (
            missing(f"{path}.name") if name is None else bad_body(f"{path}.name", "a string", name)
        )
    if not name:
        raise bad_body(f"{path}.name.length", "≥ `1`", 0)
    if "," in name:
        raise invalid(f"Invalid select option, commas not allowed: {name}")
    if len(name) > MAX_OPTION_NAME:
        raise bad_body(f"{path}.name.length", f"≤ `{MAX_OPTION_NAME}`", len(name))
    return name


def read_options(
    written: object, existing: list[Option], ids: Ids, switches: Switches, path: str
) -> list[Option]:
    """Return the full new list of options; those not written are gone.

    Raises:
        ApiError: 400 for a wrong shape.
    """
    if not isinstance(written, list):
        raise bad_body(path, "an array", written)
    if len(written) > MAX_OPTIONS:
        raise bad_body(f"{path}.length", f"≤ `{MAX_OPTIONS}`", len(written))
    by_id = {option.id: option for option in existing}
    options: list[Option] = []
    for index, item in enumerate(written):
        here = f"{path}[{index}]"
        if not isinstance(item, dict):
            raise bad_body(here, "an object", item)
        for part in ("id", "name", "description"):
            if not isinstance(item.get(part), str | None):
                raise bad_body(f"{here}.{part}", "a string", item[part])
        known = by_id.get(item.get("id", ""))
        if known is None and "name" in item:
            holder = Property("", "", "select", options=existing)
            known = holder.named(str(item["name"]), ignore_case=switches.options_ignore_case)
        if known is not None:
            if "description" in item:
                known.description = item["description"]
            options.append(known)
            continue
        color = item.get("color") or "default"
        if color not in COLORS:
            raise bad_body(f"{here}.color", "a color", color)
        name = option_name(item.get("name"), here)
        options.append(Option(item.get("id") or ids.uuid(), name, color, item.get("description")))
    return options


def read_status(
    config: Json, prop: Property | None, ids: Ids, switches: Switches, path: str
) -> tuple[list[Option], list[Group]]:
    """Return options and groups of a status property."""
    if prop is not None and prop.groups:
        groups = prop.groups
        existing = prop.options
    else:
        groups = [Group(ids.uuid(), name, color, []) for name, color in _STATUS_GROUPS]
        existing = []
    written = config.get("options")
    if written is None:
        if existing:
            return existing, groups
        written = [
            {"name": name, "color": color, "group": group}
            for (name, color), (group, _) in zip(_STATUS_OPTIONS, _STATUS_GROUPS, strict=True)
        ]
    options = read_options(written, existing, ids, switches, f"{path}.options")
    kept = {option.id for option in options}
    for group in groups:
        group.option_ids = [one for one in group.option_ids if one in kept]
    for option, item in zip(options, written, strict=True):
        wanted = item.get("group")
        holder = next((one for one in groups if option.id in one.option_ids), None)
        target = next((one for one in groups if wanted in {one.name, one.id}), None)
        if target is None and holder is None:
            target = groups[0]
        if target is not None and target is not holder:
            if holder is not None:
                holder.option_ids.remove(option.id)
            target.option_ids.append(option.id)
    return options, groups


def apply_config(prop: Property, config: Json, ids: Ids, switches: Switches, path: str) -> None:
    """Give a property the kind's own part of a written configuration (relations excluded).

    Raises:
        ApiError: 400 for a wrong shape.
    """
    kind = prop.kind
    inner = config.get(kind) or {}
    if not isinstance(inner, dict):
        raise bad_body(f"{path}.{kind}", "an object", inner)
    here = f"{path}.{kind}"
    for part in ("format", "prefix", "expression"):
        if not isinstance(inner.get(part), str | None):
            raise bad_body(f"{here}.{part}", "a string", inner[part])
    if not isinstance(config.get("description"), str | None):
        raise bad_body(f"{path}.description", "a string or `null`", config["description"])
    if kind == "number":
        prop.config = {"format": inner.get("format") or prop.config.get("format") or "number"}
    elif kind == "unique_id":
        prop.config = {"prefix": inner.get("prefix", prop.config.get("prefix"))}
    elif kind == "formula":
        if inner.get("expression") is None:
            raise missing(f"{here}.expression")
        prop.config = {"expression": inner["expression"]}
    elif kind == "status":
        prop.options, prop.groups = read_status(inner, prop, ids, switches, here)
    elif kind in OPTION_KINDS:
        if "options" in inner:
            prop.options = read_options(
                inner["options"], prop.options, ids, switches, f"{here}.options"
            )
    elif kind == "rollup":
        function = inner.get("function", "show_original")
        if not isinstance(function, str) or function not in FUNCTIONS:
            raise bad_body(f"{here}.function", "a rollup function", function)
        prop.config = {**inner, "function": function}
    else:
        prop.config = {}
    if "description" in config:
        prop.description = config["description"] or None


def _option(option: Option) -> Json:
    return {
        "id": option.id,
        "name": option.name,
        "color": option.color,
        "description": option.description,
    }


def render_config(prop: Property) -> Json:
    """Return the kind's own part of a property as a data source shows it.

    Relations, formulas and rollups name other properties: the caller resolves those.
    """
    match prop.kind:
        case "status":
            return {
                "options": [_option(option) for option in prop.options],
                "groups": [
                    {
                        "id": group.id,
                        "name": group.name,
                        "color": group.color,
                        "option_ids": group.option_ids,
                    }
                    for group in prop.groups
                ],
            }
        case "select" | "multi_select":
            return {"options": [_option(option) for option in prop.options]}
        case _:
            return dict(prop.config)


def render_property(prop: Property, config: Json) -> Json:
    """Return a property as a data source shows it, given its kind's own part."""
    return {
        "id": encoded(prop.id),
        "name": prop.name,
        "description": prop.description,
        "type": prop.kind,
        prop.kind: config,
    }


def default_status(prop: Property) -> str | None:
    """Return the id of the option that a new row gets: the first of the first group."""
    for group in prop.groups:
        if group.option_ids:
            return group.option_ids[0]
    return prop.options[0].id if prop.options else None
