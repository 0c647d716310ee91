"""Rich text: what a client writes, what is kept, what is read.

The rule: one plain unformatted segment is kept as a `str`, everything else as the list of
segments just as the API shows them; no text is ever altered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson

from notion_emulator.errors import bad_body, missing
from notion_emulator.ids import normal_id
from notion_emulator.stamps import normal_date, render_date

if TYPE_CHECKING:
    from collections.abc import Callable

    from notion_emulator.switches import Switches

Json = dict[str, Any]
RichText = str | list[Json]

PLAIN: Json = {
    "bold": False,
    "italic": False,
    "strikethrough": False,
    "underline": False,
    "code": False,
    "color": "default",
}
_BEFORE = b'{"type":"text","text":{"content":'
_BETWEEN = (
    b',"link":null},"annotations":{"bold":false,"italic":false,"strikethrough":false,'
    b'"underline":false,"code":false,"color":"default"},"plain_text":'
)
_AFTER = b',"href":null}'
MAX_ITEMS = 100
MAX_TEXT = 2000
MAX_URL = 2000
MAX_EQUATION = 1000


def plain_text(value: RichText | None) -> str:
    """Return a kept rich text without its formatting."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return "".join(item["plain_text"] for item in value)


def render_text(value: RichText | None) -> bytes:
    """Return a kept rich text as JSON."""
    if not value:
        return b"[]"
    if isinstance(value, str):
        text = orjson.dumps(value)
        return b"".join((b"[", _BEFORE, text, _BETWEEN, text, _AFTER, b"]"))
    return orjson.dumps(value)


def text_length(text: str, switches: Switches) -> int:
    """Return the length of a text in the unit that Notion's limits count."""
    if switches.text_unit == "code_points" or text.isascii():
        return len(text)
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


class TextReader:
    """Reads written rich text; knows whom and what a mention may name.

    Attributes:
        switches: How doubtful points are decided.
        user: Gives the full user object for an id, or None.
        mention: Gives title and URL of a mentioned page, database or data source.
    """

    def __init__(
        self,
        switches: Switches,
        user: Callable[[str], Json | None],
        mention: Callable[[str, str], tuple[str, str]],
    ) -> None:
        self.switches = switches
        self.user = user
        self.mention = mention

    def read(self, value: object, path: str) -> RichText | None:
        """Return written rich text as it is kept.

        Raises:
            ApiError: 400 for a wrong shape or a limit that is exceeded.
        """
        if not isinstance(value, list):
            raise bad_body(path, "an array", value)
        if len(value) > MAX_ITEMS:
            raise bad_body(f"{path}.length", f"≤ `{MAX_ITEMS}`", len(value))
        if len(value) == 1:
            simple = self._simple(value[0])
            if simple is not None:
                return simple or None
        items: list[Json] = []
        for index, item in enumerate(value):
            read = self._segment(item, f"{path}[{index}]")
            if read is not None:
                items.append(read)
        if self.switches.merge_segments:
            items = merged(items)
        if len(items) == 1 and _is_plain(items[0]):
            return str(items[0]["plain_text"])
        return items or None

    def _simple(self, item: object) -> str | None:
        """Return the text of a plain short segment, the usual case."""
        if not isinstance(item, dict) or item.get("type", "text") != "text":
            return None
        text = item.get("text")
        if not isinstance(text, dict) or text.get("link"):
            return None
        content = text.get("content")
        if not isinstance(content, str) or len(content) > MAX_TEXT // 2:
            return None
        annotations = item.get("annotations")
        if not isinstance(annotations, dict | None):
            return None
        if annotations and any(PLAIN.get(key) != setting for key, setting in annotations.items()):
            return None
        return content

    def _segment(self, item: object, path: str) -> Json | None:
        if not isinstance(item, dict):
            raise bad_body(path, "an object", item)
        kind = item.get("type") or next(
            (key for key in ("text", "mention", "equation") if key in item), None
        )
        if kind not in ("text", "mention", "equation") or not isinstance(item.get(kind), dict):
            raise missing(f"{path}.text")
        annotations = {**PLAIN, **_object(item.get("annotations"), f"{path}.annotations")}
        body: Json = item[kind]
        if kind == "text":
            content, link = self._text(body, path)
            if not content:
                return None
            href = link["url"] if link else None
            shown: Json = {"content": content, "link": link}
        elif kind == "equation":
            content = body.get("expression", "")
            if not isinstance(content, str):
                raise bad_body(f"{path}.equation.expression", "a string", content)
            if text_length(content, self.switches) > MAX_EQUATION:
                raise bad_body(
                    f"{path}.equation.expression.length", f"≤ `{MAX_EQUATION}`", len(content)
                )
            shown, href = {"expression": content}, None
        else:
            shown, content, href = self._mention(body, path)
        return {
            "type": kind,
            kind: shown,
            "annotations": annotations,
            "plain_text": content,
            "href": href,
        }

    def _text(self, body: Json, path: str) -> tuple[str, Json | None]:
        content = body.get("content")
        if not isinstance(content, str):
            raise (
                missing(f"{path}.text.content")
                if content is None
                else bad_body(f"{path}.text.content", "a string", content)
            )
        length = text_length(content, self.switches)
        if length > MAX_TEXT:
            raise bad_body(f"{path}.text.content.length", f"≤ `{MAX_TEXT}`", length)
        link = body.get("link")
        if not link:
            return content, None
        url = link.get("url") if isinstance(link, dict) else None
        if not isinstance(url, str):
            raise bad_body(f"{path}.text.link.url", "a string", url)
        if len(url) > MAX_URL:
            raise bad_body(f"{path}.text.link.url.length", f"≤ `{MAX_URL}`", len(url))
        return content, {"url": url}

    def _mention(self, body: Json, path: str) -> tuple[Json, str, str | None]:
        kind = body.get("type") or next(iter(body), "")
        inner = body.get(kind)
        if kind == "date":
            value = normal_date(inner, f"{path}.mention.date")
            if value is None:
                raise missing(f"{path}.mention.date")
            text = value[0] if value[1] is None else f"{value[0]} → {value[1]}"
            return {"type": "date", "date": render_date(value)}, text, None
        if not isinstance(inner, dict):
            raise missing(f"{path}.mention.{kind or 'user'}")
        if kind in {"custom_emoji", "link_mention", "link_preview", "template_mention"}:
            return {"type": kind, kind: inner}, f":{inner.get('name', kind)}:", None
        target = normal_id(inner.get("id"))
        if target is None:
            raise bad_body(f"{path}.mention.{kind}.id", "a valid uuid", inner.get("id"))
        if kind == "user":
            user = self.user(target)
            if user is None:
                return (
                    {"type": "user", "user": {"object": "user", "id": target}},
                    "@Anonymous",
                    None,
                )
            return {"type": "user", "user": user}, f"@{user['name']}", None
        title, url = self.mention(kind, target)
        return {"type": kind, kind: {"id": target}}, title or "Untitled", url


def _object(written: object, path: str) -> Json:
    """Return an object that may be left out."""
    if not isinstance(written, dict | None):
        raise bad_body(path, "an object or `undefined`", written)
    return written or {}


def _is_plain(item: Json) -> bool:
    return item["type"] == "text" and item["href"] is None and item["annotations"] == PLAIN


def merged(items: list[Json]) -> list[Json]:
    """Return segments with neighbours of equal formatting as one."""
    merged: list[Json] = []
    for item in items:
        last = merged[-1] if merged else None
        if (
            last is not None
            and last["type"] == item["type"] == "text"
            and last["annotations"] == item["annotations"]
            and last["href"] == item["href"]
        ):
            content = last["plain_text"] + item["plain_text"]
            merged[-1] = {
                **last,
                "text": {**last["text"], "content": content},
                "plain_text": content,
            }
        else:
            merged.append(item)
    return merged
