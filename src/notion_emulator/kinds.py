"""The kinds of blocks: their parts, what may stand below them, how they read back.

The rule: whatever is particular to one kind of block is said in this table, as the official
types say it; the order of the parts in an answer is the recorded one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from notion_emulator.ids import COLORS

Json = dict[str, Any]

#: What may stand below a block: anything, or only one kind, or nothing.
Below = Literal["anything", "toggleable", "table_row", "column", "paragraph", "nothing"]

BLOCK_COLORS = frozenset((*COLORS, *(f"{color}_background" for color in COLORS)))
# fmt: off
LANGUAGES = frozenset((
    "abap", "abc", "agda", "arduino", "ascii art", "assembly", "bash", "basic", "bnf", "c", "c#",
    "c++", "clojure", "coffeescript", "coq", "css", "dart", "dhall", "diff", "docker", "ebnf",
    "elixir", "elm", "erlang", "f#", "flow", "fortran", "gherkin", "glsl", "go", "graphql",
    "groovy", "haskell", "hcl", "html", "idris", "java", "javascript", "json", "julia", "kotlin",
    "latex", "less", "lisp", "livescript", "llvm ir", "lua", "makefile", "markdown", "markup",
    "matlab", "mathematica", "mermaid", "nix", "notion formula", "objective-c", "ocaml", "pascal",
    "perl", "php", "plain text", "powershell", "prolog", "protobuf", "purescript", "python", "r",
    "racket", "reason", "ruby", "rust", "sass", "scala", "scheme", "scss", "shell", "smalltalk",
    "solidity", "sql", "swift", "toml", "typescript", "vb.net", "verilog", "vhdl", "visual basic",
    "webassembly", "xml", "yaml", "java/c/c++/c#",
))
# fmt: on
MEDIA = frozenset({"image", "video", "pdf", "file", "audio"})
#: The order in which recorded blocks show their parts.
_RANK = {
    part: rank
    for rank, part in enumerate(
        (
            "table_width",
            "caption",
            "rich_text",
            "is_toggleable",
            "checked",
            "icon",
            "type",
            "external",
            "file",
            "url",
            "language",
            "color",
            "name",
        )
    )
}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of block.

    Attributes:
        required: Parts that must be written when it is created.
        defaults: Parts that may be written, with what they are if they are not.
        optional: Parts that may be written and are only shown if they were.
        below: What may stand below it.
    """

    required: tuple[str, ...] = ()
    defaults: Json = field(default_factory=dict)
    optional: tuple[str, ...] = ()
    below: Below = "nothing"

    def takes(self, part: str) -> bool:
        """Tell whether a block of this kind has such a part."""
        return part in self.required or part in self.defaults or part in self.optional


_TEXT = ("rich_text",)
_COLOR: Json = {"color": "default"}
_CAPTION: Json = {"caption": []}
_LINK = Kind(("url",), _CAPTION)
_FILE = Kind((), _CAPTION, ("external", "file_upload", "type"))
_HEADING = Kind(_TEXT, {**_COLOR, "is_toggleable": False}, (), "toggleable")
_ITEM = Kind(_TEXT, _COLOR, (), "anything")

#: In the order in which the API lists them when a block is none of them.
KINDS: dict[str, Kind] = {
    "embed": _LINK,
    "bookmark": _LINK,
    "image": _FILE,
    "video": _FILE,
    "pdf": _FILE,
    "file": Kind((), _CAPTION, ("external", "file_upload", "type", "name")),
    "audio": _FILE,
    "code": Kind(("rich_text", "language"), _CAPTION),
    "equation": Kind(("expression",)),
    "divider": Kind(),
    "breadcrumb": Kind(),
    "tab": Kind(below="paragraph"),
    "table_of_contents": Kind((), _COLOR),
    "link_to_page": Kind((), {}, ("type", "page_id", "database_id", "comment_id")),
    "table_row": Kind(("cells",)),
    "table": Kind(
        ("table_width",),
        {"has_column_header": False, "has_row_header": False},
        (),
        "table_row",
    ),
    "column_list": Kind(below="column"),
    "column": Kind((), {}, ("width_ratio",), "anything"),
    "heading_1": _HEADING,
    "heading_2": _HEADING,
    "heading_3": _HEADING,
    "heading_4": _HEADING,
    "paragraph": Kind(_TEXT, {**_COLOR, "icon": None}, (), "anything"),
    "bulleted_list_item": _ITEM,
    "numbered_list_item": Kind(_TEXT, _COLOR, ("list_start_index", "list_format"), "anything"),
    "quote": _ITEM,
    "to_do": Kind(_TEXT, {**_COLOR, "checked": False}, (), "anything"),
    "toggle": _ITEM,
    "template": Kind(_TEXT, {}, (), "anything"),
    "callout": Kind(_TEXT, {**_COLOR, "icon": None}, (), "anything"),
    "synced_block": Kind(("synced_from",), {}, (), "anything"),
}


def ordered(content: Json) -> Json:
    """Return the content of a block with its parts in the recorded order."""
    return dict(sorted(content.items(), key=lambda pair: _RANK.get(pair[0], len(_RANK))))
