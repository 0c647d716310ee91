"""What one write to a page carries.

Rule: pure. What Notion would refuse is refused here, before anything is sent; a request names the
properties that change, by their ids, and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import orjson

from accord.core.errors import ValueRefusedError
from accord.core.ports import Binding
from accord.core.schema import PropertyType
from accord.core.stamps import Stamps
from accord.core.values import File, Json, Value
from accord.notion.codec import encode_properties
from accord.notion.errors import ValidationError
from accord.notion.properties import without_signature
from accord.notion.stamping import encode_stamps

#: The most bytes that Notion takes in one request, but for the little that is around properties.
MOST_BYTES: Final = 500_000 - 1_000


def properties_to_write(
    binding: Binding, values: Mapping[str, Value], stamps: Stamps
) -> dict[str, Json]:
    """The properties of a request: property id -> value.

    What the data source has no property for is left out.

    Raises:
        ValueRefusedError: Notion would not take a value, or not all of them at once.
    """
    stamped = encode_stamps(binding, stamps)
    properties = {**encode_properties(binding, values), **stamped}
    sizes = {id_: len(orjson.dumps(value)) for id_, value in properties.items()}
    if sum(sizes.values()) > MOST_BYTES:
        longest = max(sizes, key=lambda id_: sizes[id_])
        raise ValueRefusedError(
            binding.properties.get(longest, (longest, ""))[0],
            f"the record is longer than the {MOST_BYTES // 1000:,} kB that Notion takes at once,"
            f" and this is {sizes[longest] // 1000:,} kB of it",
            "Shorten it; it stays as it is on both sides until then.",
        )
    return properties


def holds_files_of_notion(values: Mapping[str, Value]) -> bool:
    """Whether a file is among the values that Notion holds itself."""
    return any(
        isinstance(item, File) and item.kind == "file"
        for value in values.values()
        if isinstance(value, tuple)
        for item in value
    )


def with_signed_files(
    binding: Binding, properties: Mapping[str, Json], page: Mapping[str, Json]
) -> dict[str, Json]:
    """The properties of a request with the files that Notion holds as the page shows them now.

    Notion keeps a file that is given back to it as it was answered, with the signature that is
    good for an hour. Only what is in the page can be kept in it.

    Args:
        binding: how the properties are found.
        properties: property id -> value.
        page: the page as it was read just now, or ``{}`` for one that is made.

    Raises:
        ValueRefusedError: the page does not hold one of the files.
    """
    held = {
        without_signature(file["file"]["url"]): file["file"]["url"]
        for answer in (page.get("properties") or {}).values()
        if isinstance(answer, Mapping) and answer.get("type") == PropertyType.FILES
        for file in answer.get("files") or ()
        if file.get("type") == "file"
    }
    signed = dict(properties)
    for id_, value in properties.items():
        if "files" in value:
            title = binding.properties.get(id_, (id_, ""))[0]
            signed[id_] = {"files": [_signed(file, held, title) for file in value["files"]]}
    return signed


def _signed(file: Json, held: Mapping[str, str], title: str) -> Json:
    if file["type"] != "file":
        return file
    url = held.get(without_signature(file["file"]["url"]))
    if url is None:
        raise ValueRefusedError(
            title,
            f"the file {file['name']!r} is held by Notion, and not in this page",
            "Upload it to the page in Notion, or write a link to it that anyone can open.",
        )
    return {**file, "file": {"url": url}}


def in_titles(binding: Binding, error: ValidationError) -> ValidationError:
    """The same refusal with the properties under the names that staff know."""
    words = error.failure.words
    for property_id, (title, _) in binding.properties.items():
        words = words.replace(f"body.properties.{property_id}.", f"{title}: ")
    return type(error)(replace(error.failure, words=words))
