"""Where the bytes of uploaded files lie, and the signed addresses that lead to them.

The rule: every address is signed anew, differs from every other and is good for one hour by
the workspace's clock; a file of another house keeps its own address and only gets a signature.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlencode, urlsplit

from notion_emulator.stamps import MINUTE, exact_stamp, from_ms, to_ms

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notion_emulator.state import State

Json = dict[str, Any]

HOUR = 60 * MINUTE
PREFIX = "/files/"
_DATE = "%Y%m%dT%H%M%SZ"
_SIGNED = ("X-Amz-Date", "X-Amz-Expires", "X-Amz-Security-Token")


@dataclass(frozen=True, slots=True)
class Stored:
    """A file as it was uploaded.

    Attributes:
        name: What it is called.
        content_type: Its media type.
        data: Its bytes.
    """

    name: str
    content_type: str
    data: bytes


class Denied(Exception):
    """An address that opens nothing: a wrong signature, or its hour has passed."""


class Storage:
    """Keeps files and signs their addresses.

    Attributes:
        base_url: Where the files can be had: the address at which the workspace was last asked.
    """

    def __init__(self, state: State) -> None:
        self.state = state
        self.base_url = "http://127.0.0.1"
        self._count = 0

    def keep(self, file_id: str, stored: Stored) -> str:
        """Keep a file and return its key, ``space/file/name``."""
        key = f"{self.state.space_id}/{file_id}/{stored.name}"
        self.state.stored[key] = stored
        return key

    def sign(self, key: str) -> Json:
        """Return the signed address of a file: ``url`` and ``expiry_time``, one hour ahead."""
        now = self.state.now()
        self._count += 1
        query = {
            "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
            "X-Amz-Date": from_ms(now).strftime(_DATE),
            "X-Amz-Expires": str(HOUR // 1000),
            "X-Amz-Security-Token": f"{now:x}{self._count:08x}",
        }
        query["X-Amz-Signature"] = self._signature(key, query)
        address = self.base_url + PREFIX + quote(key) if key in self.state.stored else key
        expiry = exact_stamp(now + HOUR).replace("+00:00", "Z")
        return {"url": f"{address}?{urlencode(query)}", "expiry_time": expiry}

    def key(self, address: str) -> str:
        """Return the key of a file from an address that was given out; a strange one stays."""
        bare = address.split("?", 1)[0]
        path = unquote(urlsplit(bare).path)
        key = path.removeprefix(PREFIX)
        return key if key in self.state.stored else bare

    def open(self, key: str, query: Mapping[str, str]) -> Stored:
        """Return the file that a signed address leads to.

        Raises:
            Denied: The signature is wrong or an hour old.
        """
        stored = self.state.stored.get(key)
        signature = query.get("X-Amz-Signature", "")
        if stored is None or not hmac.compare_digest(signature, self._signature(key, query)):
            raise Denied("Access Denied")
        signed = datetime.strptime(query["X-Amz-Date"], _DATE).replace(tzinfo=UTC)
        if self.state.now() >= to_ms(signed) + HOUR:
            raise Denied("Request has expired")
        return stored

    def _signature(self, key: str, query: Mapping[str, str]) -> str:
        said = "\n".join((key, *(query.get(name, "") for name in _SIGNED)))
        return hmac.new(self.state.space_id.encode(), said.encode(), sha256).hexdigest()

    # ---- files as they are kept in icons, covers and blocks

    def shown(self, kept: Json | None) -> Json | None:
        """Return an icon, a cover or the content of a block with addresses that can be opened."""
        if kept is None or not holds_file(kept):
            return kept
        return {**kept, "file": self.sign(kept["file"]["key"])}


def holds_file(kept: Json | None) -> bool:
    """Tell whether an icon, a cover or the content of a block is an uploaded file."""
    return kept is not None and kept.get("type") == "file" and "key" in kept["file"]
