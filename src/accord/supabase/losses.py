"""What a migration would take away: read from its text, before a database is asked.

Rule: in doubt it is named. A statement that drops or rewrites what people may have stored is a
loss; what can be made again from the models (functions, triggers, policies, views, indexes,
constraints) is none, nor is filling a column that the same file adds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from accord.supabase.migration_files import Migration
from accord.supabase.statements import plain, split

_NAME = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_PATH = rf"{_NAME}(?:\s*\.\s*{_NAME})*"
_DROP = re.compile(
    rf"^drop\s+(?P<sort>table|schema|database|foreign\s+table|sequence)\s+(?:if\s+exists\s+)?"
    rf"(?P<names>{_PATH}(?:\s*,\s*{_PATH})*)"
)
_DROP_OWNED = re.compile(r"^drop\s+owned\b")
# What others depend on goes with these, columns and tables among it.
_CASCADE = re.compile(
    r"^drop\s+(?P<sort>type|domain|extension|function|routine|collation|cast)\b(?P<names>.*?)"
    r"\bcascade$"
)
_ALTER = re.compile(rf"^alter\s+(?:foreign\s+)?table\s+(?:if\s+exists\s+)?(?:only\s+)?({_PATH})")
_DROP_COLUMN = re.compile(
    r"\bdrop\s+(?!constraint\b|not\s+null|default\b|identity\b|expression\b)"
    rf"(?:column\s+)?(?:if\s+exists\s+)?({_NAME})"
)
_RETYPE = re.compile(rf"\balter\s+(?:column\s+)?({_NAME})\s+(?:set\s+data\s+)?type\b")
_ADD_COLUMN = re.compile(
    r"\badd\s+(?!constraint\b|primary\b|unique\b|foreign\b|check\b|exclude\b)"
    rf"(?:column\s+)?(?:if\s+not\s+exists\s+)?({_NAME})"
)
_CREATE_TABLE = re.compile(rf"^create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?({_PATH})")
_TRUNCATE = re.compile(
    rf"^truncate\s+(?:table\s+)?(?:only\s+)?(?P<names>{_PATH}(?:\s*,\s*{_PATH})*)"
)
_DELETE = re.compile(rf"\bdelete\s+from\s+(?:only\s+)?({_PATH})")
_UPDATE = re.compile(
    rf"\bupdate\s+(?:only\s+)?({_PATH})(?:\s+(?:as\s+)?(?!set\b){_NAME})?\s+set\s+(?P<set>.*)"
)
_SETTING = re.compile(rf"^\(?\s*({_NAME})")
_END_OF_SET = re.compile(r"\b(?:from|where|returning)\b")
_DO = re.compile(r"^do\b")
_MAKES = re.compile(r"^(?:create|comment|grant|revoke)\b")


def losses(migration: Migration) -> tuple[str, ...]:
    """What the migration drops or rewrites, each in words; none: nothing stored goes."""
    new = set(_made(migration.statements))
    found = [loss for text in migration.statements for loss in _lost(text, new)]
    return tuple(dict.fromkeys(found))


def _made(statements: tuple[str, ...]) -> Iterator[str]:
    """The tables and columns that the statements add, as ``table`` and ``table.column``."""
    for statement in statements:
        words = plain(statement)
        if table := _CREATE_TABLE.match(words):
            yield _squeezed(table[1])
        if table := _ALTER.match(words):
            for column in _ADD_COLUMN.findall(words):
                yield f"{_squeezed(table[1])}.{column}"


def _lost(statement: str, new: set[str]) -> Iterator[str]:
    words = plain(statement)
    if _DO.match(words):
        for inner in split(_body(statement)):
            yield from _lost(_without_steering(inner), new)
        return
    if found := _DROP.match(words) or _CASCADE.match(words):
        names = [_squeezed(name) for name in found["names"].split(",")]
        yield from (f"drops {found['sort']} {name}" for name in names if name not in new)
    elif _DROP_OWNED.match(words):
        yield f"drops everything that is owned: {words}"
    elif found := _ALTER.match(words):
        table = _squeezed(found[1])
        for column in _DROP_COLUMN.findall(words):
            yield f"drops column {table}.{column}"
        for column in _RETYPE.findall(words):
            yield f"rewrites column {table}.{column}"
    elif found := _TRUNCATE.match(words):
        yield from (f"empties table {_squeezed(name)}" for name in found["names"].split(","))
    elif not _MAKES.match(words):
        for table in _DELETE.findall(words):
            if _squeezed(table) not in new:
                yield f"deletes rows of {_squeezed(table)}"
        for found in _UPDATE.finditer(words):
            yield from _rewritten(_squeezed(found[1]), found["set"], new)


def _rewritten(table: str, settings: str, new: set[str]) -> Iterator[str]:
    """The columns of an update, but for those that are new."""
    if table in new:
        return
    for setting in _pieces(_END_OF_SET.split(settings)[0]):
        name = _SETTING.match(setting.strip())
        if name is None or f"{table}.{name[1]}" not in new:
            yield f"rewrites column {table}.{name[1]}" if name else f"rewrites rows of {table}"


def _pieces(text: str) -> Iterator[str]:
    """The text between commas that stand in no parentheses."""
    depth = 0
    start = 0
    for position, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            yield text[start:position]
            start = position + 1
    yield text[start:]


def _body(statement: str) -> str:
    """The text in the first dollar quote or string of a ``do``."""
    found = re.search(r"(\$\w*\$)(.*)\1", statement, re.DOTALL)
    return found[2] if found else statement.partition("'")[2].rpartition("'")[0]


def _without_steering(statement: str) -> str:
    """A statement of a block without the words that lead to it: ``begin``, ``if ... then``."""
    found = re.search(
        r"\b(drop|alter|truncate|delete|update|with|execute)\b.*",
        statement,
        re.IGNORECASE | re.DOTALL,
    )
    text = found[0] if found else ""
    said = re.search(r"'(.*)'", text, re.DOTALL) if text.lower().startswith("execute") else None
    return said[1].replace("''", "'") if said else text


def _squeezed(name: str) -> str:
    return re.sub(r"\s*\.\s*", ".", name.strip()).removeprefix("public.")
