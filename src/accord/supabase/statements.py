"""SQL text taken apart: where one statement ends, and what kind of statement it is.

Rule: nothing is lost and nothing is understood beyond what the runner has to know. The pieces,
put together again, are the text: only whitespace around a statement and the ``;`` after it go.
They are what the Supabase CLI records in its history, so that both can take turns.
"""

from __future__ import annotations

import re

# Inside these nothing ends a statement. What is not closed runs to the end of the text, where
# Postgres will name the mistake better than we could.
_LINE_COMMENT = re.compile(r"--[^\n]*")
_BLOCK_EDGE = re.compile(r"/\*|\*/")
_STRING = re.compile(r"'[^']*(?:'|\Z)")
_ESCAPE_STRING = re.compile(r"'(?:[^'\\]|\\.|'')*(?:'|\\?\Z)", re.DOTALL)
_QUOTED_NAME = re.compile(r'"[^"]*(?:"|\Z)')
_DOLLAR_TAG = re.compile(r"\$(?:[^\W\d]\w*)?\$")
# A word takes its dollar signs along: in a$b$ no quote begins.
_WORD = re.compile(r"[^\W\d][\w$]*")
_NUMBER = re.compile(r"[\w$]+")

_QUIET = re.compile(r"(?:\s+|--[^\n]*(?:\n|\Z))+")
_IDENTIFIER = r'(?:"(?:[^"]|"")+"|[^\W\d][\w$]*)'
_CREATE_TABLE = re.compile(
    rf"create\s+(?:unlogged\s+)?table\s+({_IDENTIFIER}(?:\s*\.\s*{_IDENTIFIER})?)\s*\(",
    re.IGNORECASE,
)
_MOVE_TABLE = re.compile(
    r"drop\s+table\b|alter\s+table\b.*\b(?:rename\s+to|set\s+schema)\b",
    re.IGNORECASE | re.DOTALL,
)
_CONCURRENTLY = re.compile(
    r"(?:(?:create\s+(?:unique\s+)?|drop\s+)index\s+concurrently"
    r"|reindex\s+(?:\([^)]*\)\s*)?\w+\s+concurrently)\b",
    re.IGNORECASE,
)
_TRANSACTION = re.compile(
    r"(?:begin|start\s+transaction|commit|rollback|abort|end|prepare\s+transaction)\b",
    re.IGNORECASE,
)


def split(text: str) -> tuple[str, ...]:
    """The statements of a text, each with the comments before it and without its ``;``.

    A ``;`` ends a statement unless it stands in a string, a quoted name, a comment, a dollar
    quote, parentheses or the ``begin atomic ... end`` of a function.
    """
    pieces: list[str] = []
    start = position = 0
    parentheses = 0
    blocks = 0  # begin atomic and the cases inside it
    word = ""
    while position < len(text):
        sign = text[position]
        end = _token_end(text, position)
        if sign == ";" and not parentheses and not blocks:
            pieces.append(text[start:position])
            start = end
            word = ""
        elif sign == "(":
            parentheses += 1
        elif sign == ")":
            parentheses = max(0, parentheses - 1)
        elif _WORD.match(sign):
            before, word = word, text[position:end].lower()
            if (before, word) == ("begin", "atomic") or (blocks and word == "case"):
                blocks += 1
            elif blocks and word == "end":
                blocks -= 1
        position = end
    pieces.append(text[start:])
    return tuple(piece for piece in map(str.strip, pieces) if piece)


def created_table(statement: str) -> str | None:
    """The table that a ``create table`` makes, as written; None for any other statement.

    ``create table if not exists`` is content with a table that is there, so it is no answer.
    """
    found = _CREATE_TABLE.match(statement, _first_word(statement))
    return found[1] if found else None


def moves_table(statement: str) -> bool:
    """Whether the statement may take a table out of the way: a drop, a new name or schema."""
    return _MOVE_TABLE.match(statement, _first_word(statement)) is not None


def runs_outside(statement: str) -> bool:
    """Whether the statement refuses to run in a transaction (``... index concurrently``)."""
    return _CONCURRENTLY.match(statement, _first_word(statement)) is not None


def steers_transaction(statement: str) -> bool:
    """Whether the statement begins or ends a transaction by itself."""
    return _TRANSACTION.match(statement, _first_word(statement)) is not None


def quote_literal(text: str) -> str:
    """The text as an SQL string, whichever way backslashes are read."""
    quoted = text.replace("'", "''")
    if "\\" in quoted:
        return "E'" + quoted.replace("\\", "\\\\") + "'"
    return f"'{quoted}'"


def plain(statement: str) -> str:
    """The words of a statement in lower case: no comments, strings as ``''``, names as written."""
    pieces: list[str] = []
    position = 0
    while position < len(statement):
        end = _token_end(statement, position)
        token = statement[position:end]
        if token.startswith(("--", "/*")):
            pieces.append(" ")
        elif token[0] == "'" or (token[0] == "$" and len(token) > 1) or token[-1] == "'":
            pieces.append("''")
        else:
            pieces.append(token if token[0] == '"' else token.lower())
        position = end
    return " ".join("".join(pieces).split())


def squash(text: str) -> str:
    """The text without whitespace and ``;``: what must be equal for two files to do the same."""
    return re.sub(r"[\s;]+", "", text)


def _token_end(text: str, position: int) -> int:
    """Where the token that begins at ``position`` ends."""
    sign = text[position]
    if sign == "'":
        return _end(_STRING, text, position)
    if sign == '"':
        return _end(_QUOTED_NAME, text, position)
    if text.startswith("--", position):
        return _end(_LINE_COMMENT, text, position)
    if text.startswith("/*", position):
        return _block_comment_end(text, position)
    if sign == "$" and (tag := _DOLLAR_TAG.match(text, position)):
        closing = text.find(tag[0], tag.end())
        return len(text) if closing < 0 else closing + len(tag[0])
    if found := _WORD.match(text, position):
        if found[0] in {"e", "E"} and text.startswith("'", found.end()):
            return _end(_ESCAPE_STRING, text, found.end())
        return found.end()
    found = _NUMBER.match(text, position)
    return found.end() if found and sign != "$" else position + 1


def _end(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return found.end() if found else position + 1


def _block_comment_end(text: str, position: int) -> int:
    """Where a block comment ends; they nest."""
    depth = 0
    for edge in _BLOCK_EDGE.finditer(text, position):
        depth += 1 if edge[0] == "/*" else -1
        if depth == 0:
            return edge.end()
    return len(text)


def _first_word(statement: str) -> int:
    """Where the statement begins, after the comments before it."""
    position = 0
    while position < len(statement):
        if found := _QUIET.match(statement, position):
            position = found.end()
        elif statement.startswith("/*", position):
            position = _block_comment_end(statement, position)
        else:
            break
    return position
