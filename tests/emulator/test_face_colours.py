"""The colours of the face: what is written can be read, in the light and in the dark."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

CSS = files("notion_emulator.face").joinpath("static/face.css").read_text("utf-8")
LIGHT, DARK = (
    dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", part))
    for part in re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)[:2]
)
GROUNDS = ("paper", "side", "lift")


def brightness(color: str) -> float:
    """How bright WCAG says a colour is, from 0 to 1."""
    bare = color.lstrip("#")
    bare = "".join(2 * one for one in bare) if len(bare) == 3 else bare
    parts = [int(bare[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    dark, light = sorted((brightness(one), brightness(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_its_ground(scheme: str) -> None:
    colors = LIGHT if scheme == "light" else {**LIGHT, **DARK}
    pairs = [
        (ink, ground) for ink in ("ink", "soft", "faint", "red", "azure") for ground in GROUNDS
    ]
    pairs += [(f"i-{name[2:]}", name) for name in colors if name.startswith("c-")]
    assert len(pairs) == 25
    dim = [pair for pair in pairs if contrast(colors[pair[0]], colors[pair[1]]) < 4.5]
    assert dim == []
    assert contrast("#fff", colors["strong"]) >= 4.5
    assert min(contrast(colors["blue"], colors[ground]) for ground in GROUNDS) >= 3
