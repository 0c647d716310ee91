"""The tables of the reference: `python -m notion_emulator.reference docs/local-notion.md`.

The rule: what code says already is written into the page, between two marks, and not by hand.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import fields
from inspect import cleandoc
from pathlib import Path
from typing import get_args, get_type_hints

from notion_emulator.api.control import ORDERS
from notion_emulator.events import EVENT_TYPES
from notion_emulator.faults import FAULTS
from notion_emulator.switches import Switches


def _table(heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _described() -> dict[str, str]:
    """Return what the docstring says of each switch."""
    text = cleandoc(Switches.__doc__ or "").split("Attributes:\n", 1)[1]
    found = re.findall(r"^    (\w+): (.*(?:\n        .*)*)", text, flags=re.MULTILINE)
    return {name: " ".join(said.replace("``", "`").split()) for name, said in found}


def _switches() -> str:
    kinds, described = get_type_hints(Switches), _described()
    rows = []
    for switch in fields(Switches):
        choices = get_args(kinds[switch.name]) or (True, False)
        others = [one for one in choices if one != switch.default and not isinstance(one, type)]
        shown = ", ".join(f"`{one}`" for one in others)
        if kinds[switch.name] in {int, float} or int in choices:
            shown = "a number"
        what = described[switch.name].replace("|", "\\|")
        rows.append((f"`{switch.name}`", f"`{switch.default}`", shown, what))
    return _table(("switch", "default", "otherwise", "what it decides"), rows)


def _faults() -> str:
    rows = [(f"`{name}`", one.moment, one.about, one.means) for name, one in FAULTS.items()]
    return _table(("fault", "strikes", "whom", "what the client sees"), rows)


def _control() -> str:
    rows = [
        (f"`{method} {path}`", (deed.__doc__ or "").rstrip(".").replace("|", "\\|"))
        for method, path, deed in ORDERS
    ]
    return _table(("below `/_control`", "what it does"), rows)


def _events() -> str:
    return ", ".join(f"`{one}`" for one in EVENT_TYPES)


TABLES = {"switches": _switches, "faults": _faults, "control": _control, "events": _events}


def written(page: str) -> str:
    """Return a page with its tables as the code has them now."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name} -->", f"<!-- end of {name} -->"
        head, rest = page.split(begin, 1)
        page = f"{head}{begin}\n\n{table()}\n\n{end}{rest.split(end, 1)[1]}"
    return page


if __name__ == "__main__":
    place = Path(sys.argv[1])
    place.write_text(written(place.read_text()))
