r"""Rich text as enhanced markdown, and back.

The rule: whatever would be taken for a mark is escaped with a backslash; two marks that would
run together are kept apart by an empty comment.
"""

from __future__ import annotations

import re
from html import escape, unescape
from typing import Any

from notion_emulator.ids import normal_id
from notion_emulator.richtext import MAX_TEXT

Json = dict[str, Any]

PAGES = "https://app.notion.com/p/"
USERS = "user://"
_SPECIAL = re.compile(r"[\\*~`$\[\]<>{}|^]")
APART = "<!-- -->"
_MARKS = (("bold", "**"), ("italic", "*"), ("strikethrough", "~~"))
_TAG = re.compile(r"<(/?)([a-z][a-z-]*)((?:\s+[a-zA-Z-]+=\"[^\"]*\")*)\s*(/?)>")
_ATTRIBUTE = re.compile(r"([a-zA-Z-]+)=\"([^\"]*)\"")
_ADDRESS = re.compile(r"https?://[^\s<>\[\]\\]+")
_HEX = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EQUATION = re.compile(r"\$`(.+?)`\$|\$\$([^$]+)\$\$|\$(?![\s$])([^$]*[^\s$\\])\$(?!\w)")
_MENTIONS = {"mention-page": "page", "mention-database": "database", "mention-data-source": "page"}


def attributes(text: str) -> dict[str, str]:
    """Return the attributes of a tag or a list of attributes."""
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(text)}


def said(**named: str | None) -> str:
    """Return attributes as text, each with a blank before it; None is left out."""
    return "".join(
        f' {name.replace("_", "-")}="{escape(value)}"'
        for name, value in named.items()
        if value is not None
    )


def shade(color: str) -> str | None:
    """Return a colour as markdown names it, None for the default one."""
    return None if color == "default" else color.replace("_background", "_bg")


def color_of(shade: str | None) -> str:
    """Return a colour as blocks name it."""
    return "default" if shade is None else re.sub("_bg$", "_background", shade)


def named_id(address: str) -> str | None:
    """Return the last id in an address."""
    found = _HEX.findall(address.lower())
    return normal_id(found[-1]) if found else None


def target(url: str) -> str:
    """Return an address as it can stand in round brackets."""
    return url.replace("(", "%28").replace(")", "%29").replace(" ", "%20")


# ---- writing


def write_inline(items: list[Json]) -> str:
    """Return rich text as one line of markdown."""
    text = ""
    for item in items:
        piece = _segment(item)
        meets = text[-1:] == piece[:1] and piece[:1] in {"*", "~", "`", "$"}
        text += APART + piece if meets else piece
    return text


def _segment(item: Json) -> str:
    kind, marks = item["type"], item["annotations"]
    if kind == "equation":
        return f"$`{item['equation']['expression']}`$"
    if kind == "mention":
        return _mention(item)
    content = item["text"]["content"]
    text = _code(content) if marks["code"] else _escaped(content)
    if item["href"]:
        text = f"[{text}]({target(item['href'])})"
    for name, mark in reversed(_MARKS):
        if marks[name]:
            text = f"{mark}{text}{mark}"
    styles = said(
        underline="true" if marks["underline"] else None, color=shade(marks.get("color", "default"))
    )
    return f"<span{styles}>{text}</span>" if styles else text


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text).replace("\n", "<br>")


def _code(text: str) -> str:
    """Return a code span; its fence is longer than any run of backticks within."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence, pad = "`" * (longest + 1), " " if longest else ""
    return "<br>".join(
        f"{fence}{pad}{line}{pad}{fence}" if line else "" for line in text.split("\n")
    )


def _mention(item: Json) -> str:
    mention = item["mention"]
    kind, name = mention["type"], escape(item["plain_text"])
    match kind:
        case "user":
            return f'<mention-user url="{USERS}{mention["user"]["id"]}">{name}</mention-user>'
        case "page" | "database":
            url = PAGES + mention[kind]["id"].replace("-", "")
            return f'<mention-{kind} url="{url}">{name}</mention-{kind}>'
        case "date":
            return f"<mention-date{_dates(mention['date'])}/>"
        case _:
            return _escaped(item["plain_text"])


def _dates(value: Json) -> str:
    parts: dict[str, str | None] = {}
    for edge in ("start", "end"):
        day, _, time = (value[edge] or "").partition("T")
        parts[edge] = day or None
        parts[f"{edge}Time"] = time or None
    return said(**parts)


# ---- reading


def read_inline(text: str) -> list[Json]:
    """Return one line of markdown as rich text to be written."""
    pieces: list[Json] = []
    for content, style in _Reader(text).pieces({}):
        if isinstance(content, dict):
            pieces.append(_styled(content, style))
            continue
        last = pieces[-1] if pieces else None
        fresh = _styled({"type": "text", "text": {"content": content}}, style)
        if last is not None and _alike(last, fresh):
            last["text"]["content"] += content
        else:
            pieces.append(fresh)
    return [part for piece in pieces for part in _short(piece)]


def _styled(piece: Json, style: Json) -> Json:
    marks = {name: one for name, one in style.items() if name != "link"}
    if piece["type"] == "text" and "link" in style:
        piece["text"]["link"] = {"url": style["link"]}
    return {**piece, "annotations": marks} if marks else piece


def _alike(one: Json, other: Json) -> bool:
    return (
        one["type"] == "text"
        and one.get("annotations") == other.get("annotations")
        and one["text"].get("link") == other["text"].get("link")
    )


def _short(piece: Json) -> list[Json]:
    """Return a text in segments that are short enough to be written."""
    content = piece["text"]["content"] if piece["type"] == "text" else ""
    size = MAX_TEXT if content.isascii() else MAX_TEXT // 2
    if len(content) <= size:
        return [piece]
    parts = [content[at : at + size] for at in range(0, len(content), size)]
    return [{**piece, "text": {**piece["text"], "content": part}} for part in parts]


class _Reader:
    """Walks through a line and gives its pieces: texts, mentions and equations."""

    def __init__(self, text: str) -> None:
        self.text = text

    def pieces(self, style: Json) -> list[tuple[str | Json, Json]]:
        """Return content and style of each piece."""
        found: list[tuple[str | Json, Json]] = []
        at = 0
        while at < len(self.text):
            step = (
                self._escape(at, style)
                or self._code(at, style)
                or self._equation(at, style)
                or self._marked(at, style)
                or self._tagged(at, style)
                or self._linked(at, style)
            )
            if step is None:
                found.append((self.text[at], style))
                at += 1
            else:
                pieces, at = step
                found += pieces
        return found

    def _inner(self, start: int, end: int, style: Json) -> list[tuple[str | Json, Json]]:
        return _Reader(self.text[start:end]).pieces(style)

    def _escape(self, at: int, style: Json) -> Any:
        following = self.text[at + 1 : at + 2]
        if self.text[at] != "\\" or not following or following.isalnum():
            return None
        return [(following, style)], at + 2

    def _code(self, at: int, style: Json) -> Any:
        fence = re.match("`+", self.text[at:])
        if fence is None:
            return None
        mark = fence.group()
        end = re.compile(f"(?<!`){mark}(?!`)").search(self.text, at + len(mark))
        if end is None:
            return [(mark, style)], at + len(mark)
        inner = self.text[at + len(mark) : end.start()]
        if len(mark) > 1 and inner[:1] == inner[-1:] == " ":
            inner = inner[1:-1]
        return [(inner, {**style, "code": True})], end.end()

    def _equation(self, at: int, style: Json) -> Any:
        found = _EQUATION.match(self.text, at)
        if found is None:
            return None
        expression = found.group(1) or found.group(2) or found.group(3)
        return [({"type": "equation", "equation": {"expression": expression}}, style)], found.end()

    def _marked(self, at: int, style: Json) -> Any:
        for name, mark in (("bold", "**"), ("italic", "*"), ("strikethrough", "~~")):
            if self.text.startswith(mark, at):
                end = self._closing(at + len(mark), mark)
                if end > at + len(mark):
                    inner = self._inner(at + len(mark), end, {**style, name: True})
                    return inner, end + len(mark)
        return None

    def _closing(self, at: int, mark: str) -> int:
        """Return where a mark is closed, -1 if it is not."""
        while at < len(self.text):
            here = self.text[at]
            if here == "\\":
                at += 2
            elif here == "`":
                _, at = self._code(at, {})
            elif here == mark[0]:
                run = len(self.text[at:]) - len(self.text[at:].lstrip(here))
                if len(mark) == 1 and run == 2:
                    inner = self._closing(at + 2, "**")
                    at = at + 2 if inner < 0 else inner + 2
                    continue
                if run >= len(mark):
                    return at + run - len(mark) if run <= 3 else at
                at += run
            else:
                at += 1
        return -1

    def _tagged(self, at: int, style: Json) -> Any:
        if self.text.startswith(APART, at):
            return [], at + len(APART)
        tag = _TAG.match(self.text, at)
        if tag is None or tag.group(1):
            return None
        name, values = tag.group(2), attributes(tag.group(3))
        if name == "br":
            return [("\n", style)], tag.end()
        if name != "span" and not name.startswith("mention-"):
            return None
        end, after = (tag.end(), tag.end()) if tag.group(4) else self._close(name, tag.end())
        if name == "span":
            more: Json = {"underline": True} if values.get("underline") == "true" else {}
            if "color" in values:
                more["color"] = color_of(values["color"])
            return self._inner(tag.end(), end, {**style, **more}), after
        mention = _read_mention(name, values)
        return None if mention is None else ([(mention, style)], after)

    def _close(self, name: str, at: int) -> tuple[int, int]:
        """Return where the content of a tag ends, and what is closed with it."""
        depth = 1
        for tag in _TAG.finditer(self.text, at):
            if tag.group(2) == name and not tag.group(4):
                depth += -1 if tag.group(1) else 1
                if depth == 0:
                    return tag.start(), tag.end()
        return len(self.text), len(self.text)

    def _linked(self, at: int, style: Json) -> Any:
        link = re.compile(r"\[((?:\\.|[^\[\]\\])+)\]\(([^()\s]*(?:\([^()\s]*\)[^()\s]*)*)\)").match(
            self.text, at
        )
        if link is not None:
            inner = self._inner(link.start(1), link.end(1), {**style, "link": link.group(2)})
            return inner, link.end()
        address = None if "link" in style else _ADDRESS.match(self.text, at)
        if address is None:
            return None
        url = address.group().rstrip(".,;:!?*~)")
        return [(url, {**style, "link": url})], at + len(url)


def _read_mention(name: str, values: dict[str, str]) -> Json | None:
    if name == "mention-date":
        if "start" not in values:
            return None
        date: Json = {
            edge: "T".join(
                part for part in (values[edge], values.get(f"{edge}Time")) if part is not None
            )
            for edge in ("start", "end")
            if edge in values
        }
        zone = values.get("timeZone")
        value: Json = {**date, "time_zone": zone} if zone else date
        return {"type": "mention", "mention": {"type": "date", "date": value}}
    target = named_id(values.get("url", ""))
    kind = "user" if name == "mention-user" else _MENTIONS.get(name)
    if target is None or kind is None:
        return None
    return {"type": "mention", "mention": {"type": kind, kind: {"id": target}}}
