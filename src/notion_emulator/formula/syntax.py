"""The grammar of formulas: text to tokens to a tree.

A Pratt parser: every infix operator is one row of the table `INFIX`, so precedence is
data. Rule: a text either parses to a tree or raises `Unsupported`, nothing else.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache


class Unsupported(Exception):
    """A formula that is not well formed, or that needs more than the subset offers."""


class Malformed(Unsupported):
    """A formula that is none: Notion shows it as an empty text."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a string, true or false written in the formula."""

    value: float | str | bool


@dataclass(frozen=True, slots=True)
class Property:
    """`prop("Name")`: the value of another property of the same page."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf:
    """`[a, b]`."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Unary:
    """`-a`, `+a` or `not a`."""

    operator: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Binary:
    """`a <operator> b`."""

    operator: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    """`name(a, b)`; `a.name(b)` and `condition ? a : b` are calls too."""

    name: str
    arguments: tuple["Node", ...]


Node = Constant | Property | ListOf | Unary | Binary | Call


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a formula; ``text`` is as written, but for ``&&``, ``||`` and ``!``."""

    kind: str  # "number", "string", "name", "operator" or "end"
    text: str
    at: int


_TOKEN = re.compile(
    r"""\s*(?:
        (?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)
      | (?P<string>"(?:[^"\\]|\\.)*")
      | (?P<name>[A-Za-z_]\w*)
      | (?P<operator>==|!=|>=|<=|&&|\|\||[-+*/%^<>!?:.,()\[\]])
    )""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPES = {"n": "\n", "t": "\t"}
_SAME = {"&&": "and", "||": "or", "!": "not"}
_WORDS = frozenset({"and", "or", "not"})

#: Infix operator -> how tightly it binds on its left and on its right.
INFIX = {
    "?": (2, 1),
    "or": (3, 4),
    "and": (5, 6),
    "==": (7, 8),
    "!=": (7, 8),
    ">": (9, 10),
    ">=": (9, 10),
    "<": (9, 10),
    "<=": (9, 10),
    "+": (11, 12),
    "-": (11, 12),
    "*": (13, 14),
    "/": (13, 14),
    "%": (13, 14),
    "^": (18, 17),
    ".": (19, 20),
}
#: Prefix operators bind tighter than products, looser than powers: -2 ^ 2 is -4.
PREFIX = {"-": 15, "+": 15, "not": 15}


def tokens(expression: str) -> list[Token]:
    """Return the pieces of a formula, the last of kind "end"; raise `Malformed` for no piece."""
    found: list[Token] = []
    at = 0
    end = len(expression.rstrip())
    while at < end:
        match = _TOKEN.match(expression, at)
        if match is None:
            raise Malformed(f"character {at + 1}: cannot read {expression[at : at + 10]!r}")
        kind = str(match.lastgroup)
        text = _SAME.get(match[kind], match[kind])
        found.append(Token("operator" if text in _WORDS else kind, text, match.start(kind)))
        at = match.end()
    found.append(Token("end", "the end", end))
    return found


class _Parser:
    """Walks the tokens once; each method leaves the position behind what it read."""

    def __init__(self, found: Sequence[Token]) -> None:
        self._tokens = found
        self._position = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._position]

    def whole(self) -> Node:
        tree = self._expression(0)
        if self.token.kind != "end":
            raise self._unexpected()
        return tree

    def _unexpected(self) -> Malformed:
        return Malformed(f"character {self.token.at + 1}: did not expect {self.token.text!r}")

    def _take(self) -> Token:
        token = self.token
        self._position += token.kind != "end"
        return token

    def _accept(self, text: str) -> bool:
        if self.token.kind == "operator" and self.token.text == text:
            self._position += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._accept(text):
            raise self._unexpected()

    def _expression(self, floor: int) -> Node:
        left = self._operand()
        while self.token.kind == "operator" and self.token.text in INFIX:
            operator = self.token.text
            binds_left, binds_right = INFIX[operator]
            if binds_left < floor:
                break
            self._position += 1
            left = self._continue(left, operator, binds_right)
        return left

    def _continue(self, left: Node, operator: str, binds_right: int) -> Node:
        if operator == "?":
            yes = self._expression(0)
            self._expect(":")
            return Call("if", (left, yes, self._expression(binds_right)))
        if operator == ".":
            if self.token.kind != "name" and self.token.text not in _WORDS:
                raise self._unexpected()
            name = self._take().text
            self._expect("(")
            return Call(name, (left, *self._arguments(")")))
        return Binary(operator, left, self._expression(binds_right))

    def _operand(self) -> Node:
        token = self.token
        if token.kind == "operator" and token.text in PREFIX:
            self._position += 1
            return Unary(token.text, self._expression(PREFIX[token.text]))
        if self._accept("("):
            inner = self._expression(0)
            self._expect(")")
            return inner
        if self._accept("["):
            return ListOf(self._arguments("]"))
        self._take()
        match token.kind:
            case "number" if math.isfinite(float(token.text)):
                return Constant(float(token.text))
            case "string":
                return Constant(_unescaped(token.text))
            case "name" if token.text in {"true", "false"}:
                return Constant(token.text == "true")
            case "name":
                return self._call(token)
            case "operator" if token.text in _WORDS:  # as functions: and(a, b), or(a, b)
                return self._call(token)
            case _:
                raise Malformed(f"character {token.at + 1}: did not expect {token.text!r}")

    def _call(self, token: Token) -> Node:
        if not self._accept("("):
            raise Unsupported(f"character {token.at + 1}: {token.text!r} is not a value")
        arguments = self._arguments(")")
        if token.text != "prop":
            return Call(token.text, arguments)
        match arguments:
            case (Constant(str(name)),):
                return Property(name)
            case _:
                raise Unsupported('prop takes one name, as in prop("Status")')

    def _arguments(self, closing: str) -> tuple[Node, ...]:
        if self._accept(closing):
            return ()
        items = [self._expression(0)]
        while self._accept(","):
            items.append(self._expression(0))
        self._expect(closing)
        return tuple(items)


def _unescaped(literal: str) -> str:
    return re.sub(
        r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), literal[1:-1], flags=re.DOTALL
    )


@lru_cache(maxsize=1024)
def parse(expression: str) -> Node:
    """Return the tree of `expression`; raise `Unsupported` when it has none."""
    try:
        return _Parser(tokens(expression)).whole()
    except RecursionError:
        raise Unsupported("the formula is nested too deeply") from None
