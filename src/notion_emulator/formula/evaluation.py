"""Computing a formula: a tree, the values of a page and a moment give one value.

Values are None (empty), bool, float, str, date, aware datetime, and lists of these.
Rule: pure; the same tree, values and moment give the same result, and what cannot be
computed raises `Unsupported`, nothing else.
"""

import math
from collections.abc import Callable
from datetime import date, datetime
from typing import assert_never

from notion_emulator.formula.functions import FUNCTIONS, Kind, finite, instant, is_empty, text
from notion_emulator.formula.syntax import (
    Binary,
    Call,
    Constant,
    ListOf,
    Node,
    Property,
    Unary,
    Unsupported,
    parse,
)

_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "%": math.fmod,
    "^": math.pow,
}
_TRUE_WHEN: dict[str, Callable[[int], bool]] = {
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
}
#: Functions of the clock, and those that compute only the arguments they need:
#: name -> how few and how many arguments.
_CHOOSING: dict[str, tuple[int, int | None]] = {
    "if": (2, 3),
    "ifs": (2, None),
    "and": (1, None),
    "or": (1, None),
    "not": (1, 1),
    "now": (0, 0),
    "today": (0, 0),
}


class _Evaluation:
    def __init__(self, lookup: Callable[[str], object], now: datetime) -> None:
        self._lookup = lookup
        self._now = now

    def value(self, node: Node) -> object:
        match node:
            case Constant(value):
                return value
            case Property(name):
                return self._property(name)
            case ListOf(items):
                return [self.value(item) for item in items]
            case Unary(operator, operand):
                return _unary(operator, self.value(operand))
            case Binary("and", left, right):
                return not is_empty(self.value(left)) and not is_empty(self.value(right))
            case Binary("or", left, right):
                return not is_empty(self.value(left)) or not is_empty(self.value(right))
            case Binary(operator, left, right):
                return _binary(operator, self.value(left), self.value(right))
            case Call(name, arguments):
                return self._call(name, arguments)
            case _:
                assert_never(node)

    def _property(self, name: str) -> object:
        try:
            return _known(self._lookup(name))
        except KeyError:
            raise Unsupported(f"there is no property {name!r}") from None

    def _call(self, name: str, arguments: tuple[Node, ...]) -> object:
        _check_call(name, len(arguments))
        match name:
            case "now":
                return self._now.replace(second=0, microsecond=0)
            case "today":
                return self._now.date()
            case "if" | "ifs":
                return self._choose(arguments)
            case "and":
                return all(not is_empty(self.value(argument)) for argument in arguments)
            case "or":
                return any(not is_empty(self.value(argument)) for argument in arguments)
            case "not":
                return is_empty(self.value(arguments[0]))
            case _:
                return FUNCTIONS[name].apply(*[self.value(argument) for argument in arguments])

    def _choose(self, arguments: tuple[Node, ...]) -> object:
        for condition, result in zip(arguments[::2], arguments[1::2], strict=False):
            if not is_empty(self.value(condition)):
                return self.value(result)
        return self.value(arguments[-1]) if len(arguments) % 2 else None


def _known(value: object) -> object:
    match value:
        case None | bool() | float() | str() | date():
            return value
        case int():
            return float(value)
        case list() | tuple():
            return [_known(item) for item in value]
        case _:
            raise Unsupported(f"a formula cannot work with {type(value).__name__}")


def _check_call(name: str, given: int) -> None:
    if name in _CHOOSING:
        least, most = _CHOOSING[name]
    elif name in FUNCTIONS:
        least, most = FUNCTIONS[name].least, FUNCTIONS[name].most
    else:
        raise Unsupported(f"there is no function {name!r}")
    if given < least or (most is not None and given > most):
        wanted = str(least) if least == most else f"{least} to {most or 'any number of'}"
        raise Unsupported(f"{name} takes {wanted} arguments, not {given}")


def _unary(operator: str, value: object) -> object:
    if operator == "not":
        return is_empty(value)
    number = _operand(operator, value)
    return -number if operator == "-" else number


def _operand(operator: str, value: object) -> float:
    match value:
        case None:
            return 0.0  # an empty number counts as nothing in a sum
        case bool() | float():
            return float(value)
        case _:
            raise Unsupported(f"{operator!r} needs numbers, found {text(value)!r}")


def _binary(operator: str, left: object, right: object) -> object:
    if operator in _ARITHMETIC:
        if operator == "+" and (isinstance(left, str) or isinstance(right, str)):
            return text(left) + text(right)
        try:
            return finite(
                _ARITHMETIC[operator](_operand(operator, left), _operand(operator, right))
            )
        except (ZeroDivisionError, OverflowError, ValueError):
            return None
    order = _order(left, right)
    if operator in _TRUE_WHEN:
        if order is None and left is not None and right is not None:
            raise Unsupported(f"cannot compare {text(left)!r} with {text(right)!r}")
        return order is not None and _TRUE_WHEN[operator](order)
    same = order == 0 if order is not None else type(left) is type(right) and left == right
    return same if operator == "==" else not same


def _order(left: object, right: object) -> int | None:
    """Return -1, 0 or 1, or None when the two have no order."""
    match left, right:
        case (bool() | float()) as first, (bool() | float()) as second:
            same_kind = isinstance(first, bool) == isinstance(second, bool)
            return (first > second) - (first < second) if same_kind else None
        case str() as before, str() as after:
            return (before > after) - (before < after)
        case date() as start, date() as end:
            return (instant(start) > instant(end)) - (instant(start) < instant(end))
        case _:
            return None


def evaluate(expression: str, lookup: Callable[[str], object], now: datetime) -> object:
    """Compute `expression` for one page.

    Args:
        expression: the formula, for instance `empty(prop("Last Synced"))`.
        lookup: gives a property's value by its name, KeyError for a name unknown; a date
            range gives its start, a relation or people the list of ids.
        now: the present moment, aware; `now()` and `today()` follow it.

    Returns:
        None (empty), bool, float, str, date, datetime or a list of these.

    Raises:
        Unsupported: the formula is not well formed or needs more than the subset.
    """
    tree = parse(expression)
    try:
        return _Evaluation(lookup, now).value(tree)
    except RecursionError:
        raise Unsupported("the formula is nested too deeply") from None


def kind_of(expression: str, kind_of_property: Callable[[str], Kind]) -> Kind:
    """Return the kind of value that `expression` yields, without computing it.

    Notion gives an empty result a type too, so an answer needs it.

    Args:
        expression: the formula.
        kind_of_property: gives a property's kind by its name, KeyError for a name unknown.

    Raises:
        Unsupported: as `evaluate` does.
    """
    try:
        return _kind(parse(expression), kind_of_property)
    except RecursionError:
        raise Unsupported("the formula is nested too deeply") from None
    except KeyError as unknown:
        raise Unsupported(f"there is no property {unknown}") from None


def _kind(node: Node, of_property: Callable[[str], Kind]) -> Kind:
    match node:
        case Constant(bool()):
            return "boolean"
        case Constant(str()):
            return "string"
        case Constant():
            return "number"
        case Property(name):
            return of_property(name)
        case ListOf():
            return "list"
        case Unary(operator):
            return "boolean" if operator == "not" else "number"
        case Binary("+", left, right):
            kinds = {_kind(left, of_property), _kind(right, of_property)}
            return "string" if "string" in kinds else "number"
        case Binary(operator):
            return "number" if operator in _ARITHMETIC else "boolean"
        case Call(name, arguments):
            _check_call(name, len(arguments))
            if name in {"if", "ifs"}:
                return _kind(arguments[1], of_property)
            if name in {"now", "today"}:
                return "date"
            return "boolean" if name in _CHOOSING else FUNCTIONS[name].returns
        case _:
            assert_never(node)
