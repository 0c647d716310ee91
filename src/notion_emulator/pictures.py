"""Icons and covers as they are written and kept.

The rule: Notion's own pictures come back by name; an uploaded file is kept by its key in the
storage, and gets a signed address whenever it is shown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from notion_emulator.errors import bad_body, missing
from notion_emulator.ids import normal_id

if TYPE_CHECKING:
    from notion_emulator.state import State

Json = dict[str, Any]

_KINDS = ("emoji", "external", "custom_emoji", "icon", "file")
_ICONS = "https://www.notion.so/icons/"


def read_picture(state: State, written: Any, path: str) -> Any:
    """Return a written icon or cover as it is kept.

    Raises:
        ApiError: 400 for a wrong shape, 400 or 404 for an upload that cannot be attached.
    """
    if written is None:
        return None
    if not isinstance(written, dict):
        raise bad_body(path, "an object, `null`, or `undefined`", written)
    if "file_upload" in written:
        _, key = state.upload(upload_id(written["file_upload"], f"{path}.file_upload"))
        return {"type": "file", "file": {"key": key}}
    if isinstance(written.get("file"), dict) and "url" in written["file"]:
        return {"type": "file", "file": {"key": state.storage.key(written["file"]["url"])}}
    kind = written.get("type") or next((one for one in _KINDS if one in written), None)
    if not isinstance(kind, str) or kind not in _KINDS:
        raise missing(f"{path}.emoji")
    inner: Any = written.get(kind)
    if kind == "emoji" and not isinstance(inner, str):
        raise bad_body(f"{path}.emoji", "an emoji", inner)
    if kind != "emoji" and not isinstance(inner, dict):
        raise bad_body(f"{path}.{kind}", "an object", inner)
    url = inner.get("url") if kind == "external" else ""
    if not isinstance(url, str):
        raise bad_body(f"{path}.external.url", "a string", url)
    if url.startswith(_ICONS) and url.endswith(".svg") and "_" in url:
        name, color = url[len(_ICONS) : -len(".svg")].rsplit("_", 1)
        return {"type": "icon", "icon": {"name": name, "color": color}}
    if "type" not in written and len(written) == 1:
        return {"type": next(iter(written)), **written}
    return written


def upload_id(written: object, path: str) -> str:
    """Return the id of the file upload that is named.

    Raises:
        ApiError: 400 when it is none.
    """
    if not isinstance(written, dict) or "id" not in written:
        raise missing(f"{path}.id")
    found = normal_id(written["id"])
    if found is None:
        raise bad_body(f"{path}.id", "a valid uuid", written["id"])
    return found
