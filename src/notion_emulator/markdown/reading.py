"""Enhanced markdown as blocks to be written.

The rule: every line is a block; what is indented by a tab more stands below it; a tag that is
not known is plain text, so nothing is lost.
"""

from __future__ import annotations

import re
from typing import Any

from notion_emulator.kinds import LANGUAGES
from notion_emulator.markdown.inline import attributes, color_of, named_id, read_inline

Json = dict[str, Any]

_ATTRIBUTES = re.compile(r" ?\{((?:[a-z-]+=\"[^\"]*\"\s*)+)\}\s*$")
_HEADING = re.compile(r"(#{1,6})(?:\s+(.*))?$")
_TODO = re.compile(r"[-*+] \[([ xX])\](?: (.*))?$")
_BULLET = re.compile(r"[-*+](?: (.*))?$")
_NUMBER = re.compile(r"(\d+)[.)](?: (.*))?$")
_QUOTE = re.compile(r">(?: ?(.*))$")
_IMAGE = re.compile(r"!\[((?:\\.|[^\]\\])*)\]\(([^()\s]+)\)$")
_FENCE = re.compile(r"(`{3,})(.*)$")
_OPEN = re.compile(r"<([a-z_]+)((?:\s+[a-zA-Z-]+=\"[^\"]*\")*)\s*>(.*)$")
_CLOSE = re.compile(r"</(details|callout|columns|column|synced_block|synced_block_reference)>$")
_LEAF = re.compile(r"<([a-z_-]+)((?:\s+[a-zA-Z-]+=\"[^\"]*\")*)\s*(?:/>|>(.*)</\1>)$")
_COLONS = re.compile(r":{3,}\s*callout\s*(?:\{(.*)\})?$")
_ROW = re.compile(r"<tr[^>]*>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
_RULE = re.compile(r"\|?\s*:?-{3,}:?\s*(\|\s*:?-{3,}:?\s*)*\|?$")
_HOLDERS = frozenset(
    {"paragraph", "bulleted_list_item", "numbered_list_item", "quote", "to_do", "synced_block"}
)
_KEPT = frozenset({"page", "database", "unknown"})
_CONTAINERS = frozenset(
    {"details", "callout", "columns", "column", "synced_block", "synced_block_reference"}
)
_MEDIA = frozenset({"audio", "video", "file", "pdf"})


def read_blocks(text: str) -> list[Json]:
    """Return markdown as blocks to be written.

    A page, a database or a block that stands already and is only named comes as
    ``{"type": ..., "keeps": id}``.
    """
    reader = _Reader(text.replace("\r\n", "\n").split("\n"))
    found: list[Json] = []
    while reader.at < len(reader.lines):
        found += reader.blocks(0)
        reader.at += 1  # a closing tag that closes nothing
    return found


class _Reader:
    """Walks through lines; ``at`` is the next one."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0

    def indent(self) -> int:
        """Return how many tabs the next line begins with, after blank ones; -1 at the end."""
        while self.at < len(self.lines) and not self.lines[self.at].strip():
            self.at += 1
        if self.at == len(self.lines):
            return -1
        line = self.lines[self.at]
        return len(line) - len(line.lstrip("\t"))

    def blocks(self, depth: int) -> list[Json]:
        """Return the blocks at a depth, up to a line that stands higher or closes a tag."""
        found: list[Json] = []
        while True:
            indent = self.indent()
            text = self.lines[self.at].lstrip("\t") if indent >= 0 else ""
            if indent < depth or _CLOSE.match(text) or re.fullmatch(":{3,}", text):
                return found
            self.at += 1
            block = self._block(text, indent)
            kind = block["type"]
            found.append(block)
            if self.indent() > indent:
                below = self.blocks(indent + 1)
                body = block.get(kind)
                if kind in _HOLDERS or (body or {}).get("is_toggleable"):
                    block[kind]["children"] = below
                else:
                    found += below

    def _block(self, text: str, depth: int) -> Json:
        return (
            self._fenced(text, depth)
            or self._leaf(text)
            or self._container(text, depth)
            or self._piped(text)
            or _line(text)
        )

    # ---- blocks of several lines

    def _until(self, end: str, depth: int) -> list[str]:
        """Return the lines up to one that says ``end``, without their indentation."""
        lines = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            if line.strip() == end:
                break
            lines.append(re.sub(f"^\t{{0,{depth}}}", "", line))
        return lines

    def _fenced(self, text: str, depth: int) -> Json | None:
        if text == "$$":
            return _made("equation", expression="\n".join(self._until("$$", depth)))
        fence = _FENCE.match(text)
        if fence is None or "`" in fence.group(2):
            return None
        content = "\n".join(self._until(fence.group(1), depth))
        language = fence.group(2).strip().lower()
        return _made(
            "code",
            rich_text=[
                {"type": "text", "text": {"content": content[at : at + 1000]}}
                for at in range(0, len(content), 1000)
            ],
            language=language if language in LANGUAGES else "plain text",
        )

    def _leaf(self, text: str) -> Json | None:
        tag = _LEAF.match(text)
        if tag is None:
            return None
        name, values, inner = tag.group(1), attributes(tag.group(2)), tag.group(3) or ""
        if name == "empty-block":
            return _made("paragraph", rich_text=[])
        if name == "table_of_contents":
            return _made(name, color=color_of(values.get("color")))
        if name in _MEDIA and "src" in values:
            external = {"url": values["src"]}
            return _made(name, external=external, caption=read_inline(inner))
        target = named_id(values.get("url", ""))
        return {"type": name, "keeps": target} if name in _KEPT and target is not None else None

    def _container(self, text: str, depth: int) -> Json | None:
        colons = _COLONS.match(text)
        if colons is not None:
            return _callout(attributes(colons.group(1) or ""), self._inner(depth, ":::"))
        tag = _OPEN.match(text)
        if tag is None:
            return None
        name, values, rest = tag.group(1), attributes(tag.group(2)), tag.group(3)
        if name == "table":
            return _table("\n".join([rest, *self._until("</table>", 0)]), values)
        if name not in _CONTAINERS:
            return None
        if f"</{name}>" in rest:
            inner = [_line(rest.rpartition(f"</{name}>")[0])]
        elif rest:
            return None
        elif name == "details":
            return self._details(values, depth)
        else:
            inner = self._inner(depth, f"</{name}>")
        return _filled(name, values, inner)

    def _inner(self, depth: int, end: str) -> list[Json]:
        first = self.indent()
        inner = self.blocks(max(first, depth)) if first >= depth else []
        if self.indent() >= 0 and self.lines[self.at].strip() == end:
            self.at += 1
        return inner

    def _details(self, values: dict[str, str], depth: int) -> Json:
        title = ""
        if self.indent() >= depth:
            summary = re.match(r"\t*<summary>(.*)</summary>$", self.lines[self.at])
            if summary is not None:
                title = summary.group(1)
                self.at += 1
        return _made(
            "toggle",
            rich_text=read_inline(title),
            color=color_of(values.get("color")),
            children=self._inner(depth, "</details>"),
        )

    def _piped(self, text: str) -> Json | None:
        """Return a table that is drawn with bars."""
        following = self.lines[self.at].strip() if self.at < len(self.lines) else ""
        if not text.startswith("|") or not _RULE.match(following) or "|" not in following:
            return None
        rows = [_cells(text)]
        self.at += 1
        while self.indent() >= 0 and self.lines[self.at].strip().startswith("|"):
            rows.append(_cells(self.lines[self.at].strip()))
            self.at += 1
        return _rows(rows, {"header-row": "true"})


# ---- blocks of one line


def _line(text: str) -> Json:
    listed = _ATTRIBUTES.search(text)
    values = attributes(listed.group(1)) if listed else {}
    text = text[: listed.start()] if listed else text
    color = color_of(values.get("color"))
    if text == "<empty-block/>":
        return _made("paragraph", rich_text=[], color=color)
    if re.fullmatch("-{3,}", text):
        return _made("divider")
    image = _IMAGE.match(text)
    if image is not None:
        caption = read_inline(image.group(1))
        return _made("image", external={"url": image.group(2)}, caption=caption)
    heading = _HEADING.match(text)
    if heading is not None:
        level = min(len(heading.group(1)), 4)
        toggle = values.get("toggle") == "true"
        return _written(f"heading_{level}", heading.group(2) or "", color, is_toggleable=toggle)
    todo = _TODO.match(text)
    if todo is not None:
        return _written("to_do", todo.group(2) or "", color, checked=todo.group(1) != " ")
    for kind, pattern in (("bulleted_list_item", _BULLET), ("quote", _QUOTE)):
        found = pattern.match(text)
        if found is not None:
            return _written(kind, found.group(1) or "", color)
    number = _NUMBER.match(text)
    if number is not None:
        return _written("numbered_list_item", number.group(2) or "", color)
    return _written("paragraph", text, color)


def _made(kind: str, **body: Any) -> Json:
    return {"type": kind, kind: body}


def _written(kind: str, text: str, color: str, **more: Any) -> Json:
    return _made(kind, rich_text=read_inline(text), color=color, **more)


def _filled(name: str, values: dict[str, str], inner: list[Json]) -> Json:
    match name:
        case "callout":
            return _callout(values, inner)
        case "columns":
            columns = [one if one["type"] == "column" else _made("column") for one in inner]
            return _made("column_list", children=columns)
        case "column":
            return _made("column", children=inner)
        case "synced_block_reference":
            origin = {"block_id": named_id(values.get("url", ""))}
            return _made("synced_block", synced_from=origin)
        case _:
            return _made("synced_block", synced_from=None, children=inner)


def _callout(values: dict[str, str], inner: list[Json]) -> Json:
    text: list[Json] = []
    if inner and inner[0]["type"] == "paragraph" and "children" not in inner[0]["paragraph"]:
        text = inner.pop(0)["paragraph"]["rich_text"]
    body: Json = {"rich_text": text, "color": color_of(values.get("color")), "children": inner}
    if "icon" in values:
        body["icon"] = {"type": "emoji", "emoji": values["icon"]}
    return {"type": "callout", "callout": body}


def _cells(line: str) -> list[str]:
    bare = re.sub(r"(?<!\\)\|$", "", line.strip().removeprefix("|"))
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", bare)]


def _table(text: str, values: dict[str, str]) -> Json:
    return _rows([_CELL.findall(row) for row in _ROW.findall(text)], values)


def _rows(rows: list[list[str]], values: dict[str, str]) -> Json:
    width = max((len(row) for row in rows), default=1) or 1
    filled = [row[:width] + [""] * (width - len(row)) for row in rows] or [[""]]
    return _made(
        "table",
        table_width=width,
        has_column_header=values.get("header-row") == "true",
        has_row_header=values.get("header-column") == "true",
        children=[
            _made("table_row", cells=[read_inline(cell.strip()) for cell in row]) for row in filled
        ],
    )
