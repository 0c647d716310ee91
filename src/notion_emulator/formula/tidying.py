"""Formulas in the form in which Notion keeps them: one spacing, no idle parentheses.

The rule: the meaning stays; a pair of parentheses goes when it holds a whole argument or
something that is no operation. As recorded, those around an operand stay even where
precedence would not need them.
"""

from collections.abc import Sequence

from notion_emulator.formula.syntax import INFIX, Token, parse, tokens

_BEFORE_OPERAND = frozenset({"(", "[", ",", ":", "?"})


def tidied(expression: str) -> str:
    """Return a formula as Notion keeps it.

    Raises:
        Unsupported: It is not well formed.
    """
    parse(expression)
    found = tokens(expression)[:-1]
    while (pair := _idle_pair(found)) is not None:
        opening, closing = pair
        found = [*found[:opening], *found[opening + 1 : closing], *found[closing + 1 :]]
    return "".join(_spaced(found, at) for at in range(len(found)))


def _idle_pair(found: Sequence[Token]) -> tuple[int, int] | None:
    """Return the places of the first parentheses that say nothing."""
    open_pairs: list[int] = []
    for at, token in enumerate(found):
        if token.kind != "operator":
            continue
        if token.text == "(":
            open_pairs.append(at)
        elif token.text == ")":
            opening = open_pairs.pop()
            if not _calls(found, opening) and (
                _is_whole(found, opening, at) or not _operates(found[opening + 1 : at])
            ):
                return opening, at
    return None


def _calls(found: Sequence[Token], opening: int) -> bool:
    """Tell whether a parenthesis opens the arguments of a function."""
    before = found[opening - 1] if opening else None
    if before is None:
        return False
    word = before.kind == "operator" and before.text in {"and", "or", "not"}
    return before.kind == "name" or (word and _is_prefix(found, opening - 1))


def _is_whole(found: Sequence[Token], opening: int, closing: int) -> bool:
    before = found[opening - 1].text if opening else "("
    after = found[closing + 1].text if closing + 1 < len(found) else ")"
    return before in {"(", "[", ","} and after in {")", "]", ","}


def _operates(inside: Sequence[Token]) -> bool:
    """Tell whether there is an operator outside of all parentheses."""
    depth = 0
    for token in inside:
        if token.kind != "operator":
            continue
        depth += token.text in {"(", "["}
        depth -= token.text in {")", "]"}
        if depth == 0 and (token.text in INFIX or token.text == "not"):
            return True
    return False


def _is_prefix(found: Sequence[Token], at: int) -> bool:
    """Tell whether an operator stands before its only operand."""
    if not at:
        return True
    before = found[at - 1]
    return before.kind == "operator" and (before.text in INFIX or before.text in _BEFORE_OPERAND)


def _spaced(found: Sequence[Token], at: int) -> str:
    """Return a token with the space around it."""
    token = found[at]
    if token.kind != "operator":
        return token.text
    if token.text == ",":
        return ", "
    if token.text == "not":
        return "not" if at + 1 < len(found) and found[at + 1].text == "(" else "not "
    if token.text == ":" or (token.text in INFIX and token.text != "."):
        if _is_prefix(found, at):
            return token.text
        return f" {token.text} "
    return token.text
