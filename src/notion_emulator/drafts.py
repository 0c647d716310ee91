"""Blocks as a client writes them, checked and read before anything changes.

The rule: a request is read as a whole into drafts, and only then planted (see `bodies`): a
request that is refused leaves nothing behind.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import orjson

from notion_emulator.errors import bad_body, invalid, missing
from notion_emulator.ids import normal_id
from notion_emulator.kinds import BLOCK_COLORS, KINDS, LANGUAGES, MEDIA, ordered
from notion_emulator.pictures import read_picture, upload_id
from notion_emulator.richtext import MAX_EQUATION, MAX_URL, merged, render_text

if TYPE_CHECKING:
    from notion_emulator.kinds import Kind
    from notion_emulator.state import State

Json = dict[str, Any]

MAX_CHILDREN = 100
MAX_BLOCKS = 1000
#: Levels of blocks below a block that one request may write.
LEVELS = 2
_FLAGS = frozenset({"checked", "is_toggleable", "has_column_header", "has_row_header"})
_TARGETS = ("page_id", "database_id", "comment_id")
_FORMATS = ("numbers", "letters", "roman")
_FILES = ("external", "file_upload")
#: How many blocks must stand below these at least.
_LEAST = {"table": 1, "column_list": 2}


@dataclass(slots=True)
class Draft:
    """A block that is to be: its kind, its content as it is kept, the blocks below it.

    ``keeps`` names a block, page or database that stands already and is to stay as it is.
    """

    kind: str
    content: Json
    children: list[Draft] = field(default_factory=list)
    keeps: str | None = None

    def names_another(self) -> bool:
        """Tell whether it is, or holds, what stands already."""
        return self.keeps is not None or any(child.names_another() for child in self.children)

    def size(self) -> int:
        """Return how many blocks it makes."""
        return 1 + sum(child.size() for child in self.children)


class Drafts:
    """Reads written blocks.

    Args:
        state: Whom texts, files and pages are asked of.
        limited: Hold the limits of a request of blocks; markdown has others.
    """

    def __init__(self, state: State, *, limited: bool = True) -> None:
        self.state = state
        self.limited = limited

    def read(self, written: object, path: str = "body.children") -> list[Draft]:
        """Return written blocks as drafts.

        Raises:
            ApiError: 400 or 404, in Notion's words.
        """
        drafts = self._list(written, path, LEVELS)
        count = sum(draft.size() for draft in drafts)
        if self.limited and count > MAX_BLOCKS:
            raise invalid(
                f"body failed validation: the request should have ≤ `{MAX_BLOCKS}` blocks, "
                f"instead had `{count}`."
            )
        return drafts

    def _list(self, written: object, path: str, levels: int) -> list[Draft]:
        if not isinstance(written, list):
            raise missing(path) if written is None else bad_body(path, "an array", written)
        if self.limited and len(written) > MAX_CHILDREN:
            raise bad_body(f"{path}.length", f"≤ `{MAX_CHILDREN}`", len(written))
        return [self._one(one, f"{path}[{at}]", levels) for at, one in enumerate(written)]

    def _one(self, written: object, path: str, levels: int) -> Draft:
        if not isinstance(written, dict):
            raise bad_body(path, "an object", written)
        name = written.get("type") or next((key for key in written if key in KINDS), None)
        if not self.limited and "keeps" in written:
            return Draft(str(name), {}, keeps=written["keeps"])
        kind = KINDS.get(name) if isinstance(name, str) else None
        if not isinstance(name, str) or kind is None or not isinstance(written.get(name), dict):
            wanted = [name] if isinstance(name, str) and kind is not None else KINDS
            raise _undefined([f"{path}.{one}" for one in wanted])
        body = written[name]
        lacking = [f"{path}.{name}.{part}" for part in kind.required if part not in body]
        if lacking:
            raise _undefined(lacking)
        content = {**kind.defaults, **self.content(name, body, f"{path}.{name}")}
        if name in MEDIA and not content.keys() & {"external", "file"}:
            raise _undefined([f"{path}.{name}.{one}" for one in _FILES])
        if name == "file" and "name" not in content:
            content["name"] = PurePosixPath(unquote(urlsplit(_address(content)).path)).name
        draft = Draft(name, ordered(content))
        self._below(draft, kind, body.get("children"), f"{path}.{name}.children", levels)
        return draft

    def _below(self, draft: Draft, kind: Kind, written: object, path: str, levels: int) -> None:
        """Read the blocks below one; columns and the rows of a table cost no level."""
        least = _LEAST.get(draft.kind, 0)
        if least and written is None:
            raise missing(path)
        if least and isinstance(written, list) and len(written) < least:
            raise bad_body(f"{path}.length", f"≥ `{least}`", len(written))
        if written is None or (written == [] and kind.below != "nothing"):
            return
        free = least > 0
        closed = kind.below == "toggleable" and not draft.content["is_toggleable"]
        if kind.below == "nothing" or closed or (self.limited and levels == 0 and not free):
            raise bad_body(path, "not present", written)
        draft.children = self._list(written, path, levels if free else levels - 1)
        for at, child in enumerate(draft.children):
            if draft.kind == "synced_block" and draft.content["synced_from"] is not None:
                raise bad_body(path, "not present", written)
            fits(kind, child.kind, f"{path}[{at}]")
            if draft.kind == "table":
                width = draft.content["table_width"]
                same_width(width, child.content, f"{path}[{at}].table_row.cells")

    # ---- the parts of a block

    def content(self, name: str, written: Json, path: str) -> Json:
        """Return the parts that were written as they are kept, without the blocks below.

        Raises:
            ApiError: 400 or 404, in Notion's words.
        """
        kind = KINDS[name]
        for part in written:
            if part != "children" and not kind.takes(part):
                raise bad_body(f"{path}.{part}", "not present", written[part])
        if name in MEDIA:
            return self._media(name, written, path)
        if name == "link_to_page":
            return _link(written, path)
        return {
            part: self._part(name, part, value, f"{path}.{part}")
            for part, value in written.items()
            if part != "children"
        }

    def _part(self, name: str, part: str, value: Any, path: str) -> Any:
        if part in _FLAGS:
            if not isinstance(value, bool):
                raise bad_body(path, "a boolean", value)
            return value
        match part:
            case "rich_text" | "caption":
                return self._texts(name, value, path)
            case "color":
                if not isinstance(value, str) or value not in BLOCK_COLORS:
                    raise bad_body(path, "a color", value)
            case "icon":
                return read_picture(self.state, value, path)
            case "cells":
                if not isinstance(value, list):
                    raise bad_body(path, "an array", value)
                return [self._texts(name, one, f"{path}[{at}]") for at, one in enumerate(value)]
            case "url" | "expression" | "name":
                return _text(value, MAX_EQUATION if part == "expression" else MAX_URL, path)
            case "language":
                if value not in LANGUAGES:
                    raise bad_body(path, "a language that Notion knows", value)
            case "synced_from":
                return self._origin(value, path)
            case "list_format":
                if value not in _FORMATS:
                    raise bad_body(path, "a list format", value)
            case _:
                if not isinstance(value, int | float) or isinstance(value, bool) or value <= 0:
                    raise bad_body(path, "a positive number", value)
        return value

    def _texts(self, name: str, written: object, path: str) -> list[Json]:
        items: list[Json] = orjson.loads(render_text(self.state.texts.read(written, path)))
        return merged(items) if name == "code" else items

    def _origin(self, written: object, path: str) -> Json | None:
        if written is None:
            return None
        target = normal_id(written.get("block_id")) if isinstance(written, dict) else None
        if target is None:
            raise bad_body(path, "an object with `block_id` or `null`", written)
        origin = self.state.blocks.get(target)
        if origin is None:
            raise self.state.missing("block", target)
        if origin.kind != "synced_block" or origin.content["synced_from"] is not None:
            raise invalid(f"Block with ID {target} is no original synced block.")
        return {"type": "block_id", "block_id": target}

    def _media(self, name: str, written: Json, path: str) -> Json:
        content: Json = {}
        for part, value in written.items():
            here = f"{path}.{part}"
            if part == "external":
                if not isinstance(value, dict) or "url" not in value:
                    raise missing(f"{here}.url")
                url = _text(value["url"], MAX_URL, f"{here}.url")
                key = url if self.limited else self.state.storage.key(url)
                content |= (
                    {"type": "file", "file": {"key": key}}
                    if key in self.state.stored
                    else {"type": "external", "external": {"url": url}}
                )
            elif part == "file_upload":
                file_name, key = self.state.upload(upload_id(value, here))
                content |= {"type": "file", "file": {"key": key}}
                if name == "file":
                    content.setdefault("name", file_name)
            elif part != "type":
                content[part] = self._part(name, part, value, here)
        return content


def fits(kind: Kind | None, child: str, path: str) -> None:
    """Refuse a block where its kind cannot stand; None is a page.

    Raises:
        ApiError: 400.
    """
    below = "anything" if kind is None else kind.below
    if below in {"table_row", "column", "paragraph"}:
        if child != below:
            raise missing(f"{path}.{below}")
    elif child in {"table_row", "column"}:
        raise bad_body(f"{path}.{child}", "not present", {})


def same_width(width: int, row: Json, path: str) -> None:
    """Refuse a row that has not as many cells as its table has columns.

    Raises:
        ApiError: 400.
    """
    cells = len(row["cells"])
    if cells != width:
        raise invalid(
            f"body failed validation: {path}.length should be `{width}`, the width of the table, "
            f"instead was `{cells}`."
        )


def _undefined(paths: list[str]) -> Exception:
    if len(paths) == 1:
        return missing(paths[0])
    lines = "\n".join(f"{path} should be defined, instead was `undefined`." for path in paths)
    return invalid(f"body failed validation. Fix one:\n{lines}")


def _text(value: object, limit: int, path: str) -> str:
    if not isinstance(value, str):
        raise bad_body(path, "a string", value)
    if len(value) > limit:
        raise bad_body(f"{path}.length", f"≤ `{limit}`", len(value))
    return value


def _link(written: Json, path: str) -> Json:
    kind = next((one for one in _TARGETS if one in written), None)
    if kind is None:
        raise _undefined([f"{path}.{one}" for one in _TARGETS])
    target = normal_id(written[kind])
    if target is None:
        raise bad_body(f"{path}.{kind}", "a valid uuid", written[kind])
    return {"type": kind, kind: target}


def _address(content: Json) -> str:
    if "external" in content:
        return str(content["external"]["url"])
    return str(content["file"]["key"])
