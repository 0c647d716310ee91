"""What one write to a page carries.

Rule: pure. What Notion would refuse is refused here, before anything is sent; a request names the
properties that change, by their ids, and no others.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import orjson

from accord.core.errors import ValueRefusedError
from accord.core.ports import Binding
from accord.core.stamps import Stamps
from accord.core.values import Json, Value
from accord.notion.codec import encode_properties
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
