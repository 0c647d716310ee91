"""Blocks as enhanced markdown.

The rule: one line a block, its children a tab deeper; the same blocks always give the same
text, so two blocks can be compared by it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from notion_emulator.kinds import MEDIA
from notion_emulator.markdown.inline import APART, PAGES, said, shade, target, write_inline

Json = dict[str, Any]

EMPTY = "<empty-block/>"
_PREFIXES = {
    "bulleted_list_item": "- ",
    "quote": "> ",
    "heading_1": "# ",
    "heading_2": "## ",
    "heading_3": "### ",
    "heading_4": "#### ",
}
#: What a line of text must not begin with, lest it be taken for a block of another kind.
_LOOKS = re.compile(r"[#\-+!]|:::")
_NUMBERED = re.compile(r"(\d+)([.)])")


@dataclass(slots=True)
class Node:
    """A block to be written out.

    Attributes:
        kind: Its type.
        content: Its content; files by the address to show.
        children: What stands below it.
        id: Its id, empty for a block that is yet to be.
        page: Id of the page that it stands on, for addresses.
        hidden: It is beyond the limit: only its place is shown.
    """

    kind: str
    content: Json
    children: list[Node] = field(default_factory=list)
    id: str = ""
    page: str = ""
    hidden: bool = False


def address(page_id: str, block_id: str = "") -> str:
    """Return the address of a page, or of a block on it."""
    url = PAGES + page_id.replace("-", "")
    return f"{url}#{block_id.replace('-', '')}" if block_id else url


def write_blocks(nodes: list[Node]) -> str:
    """Return blocks as markdown."""
    return "\n".join(_lines(nodes))


def unknown_ids(nodes: list[Node]) -> list[str]:
    """Return the ids of the blocks that the markdown cannot show."""
    found: list[str] = []
    for node in nodes:
        if node.hidden or node.kind not in WRITTEN:
            found.append(node.id)
        else:
            found += unknown_ids(node.children)
    return found


def _lines(nodes: list[Node]) -> list[str]:
    lines: list[str] = []
    number = 0
    for node in nodes:
        start = node.content.get("list_start_index", 1) if number == 0 else number + 1
        number = start if node.kind == "numbered_list_item" else 0
        lines += _block(node, number)
    return lines


def _below(node: Node) -> list[str]:
    return ["\t" + line for line in _lines(node.children)]


def _block(node: Node, number: int) -> list[str]:
    content = node.content
    if node.hidden or node.kind not in WRITTEN:
        return [f"<unknown{said(url=address(node.page, node.id), alt=node.kind)}/>"]
    color = shade(content.get("color", "default"))
    match node.kind:
        case "divider":
            return ["---"]
        case "equation":
            return ["$$", *content["expression"].split("\n"), "$$"]
        case "code":
            return _code(content)
        case "table_of_contents":
            return [f"<table_of_contents{said(color=color)}/>"]
        case "table":
            return _table(node)
        case "table_row":
            return _row(content)
        case "child_page":
            return [f"<page{said(url=address(node.id))}>{_title(content)}</page>"]
        case "child_database":
            return [f"<database{said(url=address(node.id))}>{_title(content)}</database>"]
        case "column_list":
            return ["<columns>", *_below(node), "</columns>"]
        case "column":
            return ["<column>", *_below(node), "</column>"]
        case "synced_block":
            return _synced(node)
        case "toggle":
            title = f"<summary>{write_inline(content['rich_text'])}</summary>"
            return [f"<details{said(color=color)}>", title, *_below(node), "</details>"]
        case "callout":
            return _callout(node, color)
        case kind if kind in MEDIA:
            return [_media(kind, content)]
        case _:
            return [_line(node, number, color), *_below(node)]


def _line(node: Node, number: int, color: str | None) -> str:
    content, kind = node.content, node.kind
    text = write_inline(content["rich_text"])
    if text[:1].isspace():
        text = "\\" + text
    if kind == "paragraph":
        text = _plain(text) or EMPTY
    elif kind == "to_do":
        text = f"- [{'x' if content['checked'] else ' '}] {text}"
    elif kind == "numbered_list_item":
        text = f"{number}. {text}"
    else:
        text = _PREFIXES[kind] + text
    toggle = "true" if content.get("is_toggleable") else None
    listed = said(toggle=toggle, color=color)
    return f"{text} {{{listed.strip()}}}" if listed else text


def _plain(text: str) -> str:
    """Return a paragraph's text so that it is read as one."""
    if _LOOKS.match(text):
        return "\\" + text
    if text.startswith("* "):
        return APART + text
    return _NUMBERED.sub(r"\1\\\2", text, count=1) if _NUMBERED.match(text) else text


def _title(content: Json) -> str:
    return write_inline(
        [
            {
                "type": "text",
                "text": {"content": content["title"]},
                "annotations": dict.fromkeys(
                    ("bold", "italic", "strikethrough", "underline", "code"), False
                ),
                "href": None,
            }
        ]
    )


def _code(content: Json) -> list[str]:
    text = "".join(one["plain_text"] for one in content["rich_text"])
    longest = max((len(run) for run in re.findall("`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return [fence + content["language"], *text.split("\n"), fence]


def _table(node: Node) -> list[str]:
    content = node.content
    listed = said(
        header_row="true" if content["has_column_header"] else None,
        header_column="true" if content["has_row_header"] else None,
    )
    lines = [f"<table{listed}>"]
    return [*lines, *_below(node), "</table>"]


def _row(content: Json) -> list[str]:
    cells = [f"\t<td>{write_inline(cell)}</td>" for cell in content["cells"]]
    return ["<tr>", *cells, "</tr>"]


def _synced(node: Node) -> list[str]:
    origin = node.content["synced_from"]
    if origin is not None:
        tag, listed = "synced_block_reference", said(url=address(node.page, origin["block_id"]))
    else:
        tag, listed = "synced_block", ""
    return [f"<{tag}{listed}>", *_below(node), f"</{tag}>"]


def _callout(node: Node, color: str | None) -> list[str]:
    icon = node.content.get("icon") or {}
    text = write_inline(node.content["rich_text"])
    first = [f"\t{_plain(chr(92) + text if text[:1].isspace() else text)}"] if text else []
    if not text and node.children and node.children[0].kind == "paragraph":
        first = ["\t" + EMPTY]
    listed = said(icon=icon.get("emoji"), color=color)
    return [f"<callout{listed}>", *first, *_below(node), "</callout>"]


def _media(kind: str, content: Json) -> str:
    url = content["external"]["url"] if "external" in content else content["file"]["url"]
    caption = write_inline(content["caption"])
    if kind == "image":
        return f"![{caption}]({target(url)})"
    return f"<{kind}{said(src=url)}>{caption}</{kind}>"


#: The kinds that markdown can say; every other is shown as ``<unknown>``.
WRITTEN = frozenset(
    {
        *_PREFIXES,
        *MEDIA,
        *("paragraph", "to_do", "numbered_list_item", "toggle", "callout", "code", "equation"),
        *("divider", "table", "table_row", "table_of_contents", "column_list", "column"),
        *("synced_block", "child_page", "child_database"),
    }
)
