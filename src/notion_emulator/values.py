"""Property values as a client writes them, brought into the form in which they are kept.

The rule: a value is checked and normalised exactly once, here; what comes out is what every
later read shows. `values` knows no storage: what it must know of the workspace it is told.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol

from notion_emulator.errors import bad_body, invalid, missing
from notion_emulator.ids import COLORS, normal_id
from notion_emulator.model import COMPUTED_KINDS, TITLE, Option
from notion_emulator.schema import default_status, option_name
from notion_emulator.stamps import normal_date

if TYPE_CHECKING:
    from notion_emulator.ids import Ids
    from notion_emulator.model import Property
    from notion_emulator.richtext import TextReader
    from notion_emulator.storage import Storage
    from notion_emulator.switches import Switches

Json = dict[str, Any]

MAX_ITEMS = 100
WIDEST = 2**63  # beyond it our JSON writer takes no whole numbers
_LENGTHS = {"url": 2000, "email": 200, "phone_number": 200}


class Surroundings(Protocol):
    """What a value must know of the workspace it is written into."""

    switches: Switches
    ids: Ids
    texts: TextReader
    storage: Storage

    def relation_target(self, page_id: str, prop: Property, *, trusted: bool) -> None:
        """Refuse a page that the relation cannot lead to."""

    def person(self, user_id: str) -> None:
        """Refuse an id that belongs to no user."""

    def options_changed(self, prop: Property) -> None:
        """Take notice of a new option."""

    def upload(self, upload_id: str) -> tuple[str, str]:
        """Give name and key of an uploaded file that is put somewhere."""


def read_value(
    around: Surroundings, prop: Property, written: object, *, trusted: bool = False
) -> Any:
    """Return a written property value as it is kept; None means "no value".

    Args:
        around: The workspace.
        prop: The property.
        written: The value object, ``{"type"?, "<kind>": ...}``.
        trusted: Leave out what needs a look at other pages.

    Raises:
        ApiError: 400 or 404, in Notion's words.
    """
    kind = prop.kind
    path = f"body.properties.{prop.name}"
    if kind == TITLE and isinstance(written, list):
        written = {TITLE: written}
    if not isinstance(written, dict):
        raise bad_body(path, "an object", written)
    if kind in COMPUTED_KINDS:
        raise invalid(f'Property "{prop.name}" of type {kind} cannot be written.')
    if kind not in written:
        raise invalid(f"{prop.name} is expected to be {kind}.")
    value = written[kind]
    path = f"{path}.{kind}"
    match kind:
        case "title" | "rich_text":
            return around.texts.read(value, path)
        case "number":
            return _number(value, path, exact=around.switches.big_numbers == "exact")
        case "checkbox":
            if not isinstance(value, bool):
                raise bad_body(path, "a boolean", value)
            return value or None
        case "select":
            return None if value is None else _option(around, prop, value, path)
        case "status":
            return _status(around, prop, value, path)
        case "multi_select":
            return _options(around, prop, value, path)
        case "date":
            return normal_date(value, path)
        case "url" | "email" | "phone_number":
            return _line(value, path, _LENGTHS[kind])
        case "people":
            return _people(around, value, path)
        case "relation":
            return _relation(around, prop, value, path, trusted=trusted)
        case "files":
            return _files(around, value, path)
        case _:
            return _place(value, path)


def _number(value: object, path: str, *, exact: bool) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise bad_body(path, "a number or `null`", value)
    if isinstance(value, float) and not math.isfinite(value):
        raise bad_body(path, "a number or `null`", str(value))
    if isinstance(value, int):
        kept = abs(value) <= 2**53 or (exact and abs(value) < WIDEST)
        return value if kept else _whole(float(value))
    return _whole(value)


def _whole(value: float) -> float:
    """Return a double as JSON writers show it: a whole number without its point."""
    return int(value) if value.is_integer() and abs(value) < WIDEST else value


def _line(value: object, path: str, limit: int) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise bad_body(path, "a string or `null`", value)
    if len(value) > limit:
        raise bad_body(f"{path}.length", f"≤ `{limit}`", len(value))
    return value or None


def _items(value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise bad_body(path, "an array", value)
    if len(value) > MAX_ITEMS:
        raise bad_body(f"{path}.length", f"≤ `{MAX_ITEMS}`", len(value))
    return value


def _known(around: Surroundings, prop: Property, value: Json, path: str) -> Option | None:
    """Return the existing option that a written one means."""
    option_id = value.get("id")
    if option_id is not None:
        option = prop.option(option_id)
        if option is not None or "name" not in value:
            return option
    name = option_name(value.get("name"), path)
    return prop.named(name, ignore_case=around.switches.options_ignore_case)


def _option(around: Surroundings, prop: Property, value: object, path: str) -> str:
    if not isinstance(value, dict):
        raise bad_body(path, "an object", value)
    if "id" not in value and "name" not in value:
        raise missing(f"{path}.name")
    option = _known(around, prop, value, path)
    color = value.get("color")
    if option is None:
        if "name" not in value:
            raise invalid(f'Select option "{value["id"]}" not found for property "{prop.name}".')
        if color is not None and color not in COLORS:
            raise bad_body(f"{path}.color", "a color", color)
        option = Option(around.ids.uuid(), value["name"], color or around.ids.color())
        prop.options.append(option)
        around.options_changed(prop)
    elif (
        color is not None
        and color != option.color
        and around.switches.option_color_mismatch == "reject"
    ):
        raise invalid(f'Select option color doesn\'t match existing for option "{option.name}".')
    return option.id


def _options(around: Surroundings, prop: Property, value: object, path: str) -> list[str] | None:
    ids = [
        _option(around, prop, item, f"{path}[{index}]")
        for index, item in enumerate(_items(value, path))
    ]
    return list(dict.fromkeys(ids)) or None


def _status(around: Surroundings, prop: Property, value: object, path: str) -> str | None:
    if value is None:
        return default_status(prop)
    if not isinstance(value, dict):
        raise bad_body(path, "an object or `null`", value)
    option = _known(around, prop, value, path)
    if option is None:
        raise invalid(
            f'Invalid status option. Status option "{value.get("name", value.get("id"))}" '
            'does not exist".'
        )
    return option.id


def _reference(item: object, path: str) -> str:
    if not isinstance(item, dict):
        raise bad_body(path, "an object", item)
    if "id" not in item:
        raise missing(f"{path}.id")
    found = normal_id(item["id"])
    if found is None:
        raise bad_body(f"{path}.id", "a valid uuid", item["id"])
    return found


def _people(around: Surroundings, value: object, path: str) -> list[str] | None:
    ids = [_reference(item, f"{path}[{index}]") for index, item in enumerate(_items(value, path))]
    for user_id in ids:
        around.person(user_id)
    return list(dict.fromkeys(ids)) or None


def _relation(
    around: Surroundings, prop: Property, value: object, path: str, *, trusted: bool
) -> list[str] | None:
    ids = [_reference(item, f"{path}[{index}]") for index, item in enumerate(_items(value, path))]
    for page_id in ids:
        around.relation_target(page_id, prop, trusted=trusted)
    return list(dict.fromkeys(ids)) or None


def _files(around: Surroundings, value: object, path: str) -> list[Json] | None:
    files: list[Json] = []
    for index, item in enumerate(_items(value, path)):
        here = f"{path}[{index}]"
        if not isinstance(item, dict):
            raise bad_body(here, "an object", item)
        kind = item.get("type") or next(
            (key for key in ("external", "file", "file_upload") if key in item), "external"
        )
        inner = item.get(kind)
        if not isinstance(inner, dict):
            raise missing(f"{here}.{kind}")
        if kind == "file_upload":
            upload = _reference(inner, f"{here}.file_upload")
            name, key = around.upload(upload)
            files.append({"name": item.get("name") or name, "type": "file", "url": key})
            continue
        address = inner.get("url")
        if not isinstance(address, str):
            raise missing(f"{here}.{kind}.url")
        url = address
        if kind == "file":
            url = around.storage.key(url)
        name = item.get("name") or (url.rsplit("/", 1)[-1] or url)
        files.append({"name": name, "type": kind, "url": url})
    return files or None


def _place(value: object, path: str) -> Json | None:
    if value is None:
        return None
    if not isinstance(value, dict) or not {"lat", "lon"} <= value.keys():
        raise bad_body(path, "an object with `lat` and `lon` or `null`", value)
    keys = ("lat", "lon", "name", "address", "aws_place_id", "google_place_id")
    return {key: value.get(key) for key in keys}
