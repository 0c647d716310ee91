"""Values of one SQL type as values of another.

Rule: pure, and no value is lost: the new values go into a new column, and the old column is put
aside, with what does not fit the new type.
"""

from __future__ import annotations


def converted(column: str, old: str, new: str) -> str:
    """The values of a column in another type, an expression; null where one does not fit."""
    text = _as_text(column, old)
    match old, new:
        case (_, "text"):
            return text
        case (_, "jsonb"):
            return f"to_jsonb({column})"
        case ("text", "text[]"):
            return f"string_to_array({column}, ', ')"
        case ("uuid[]", "text[]"):
            return f"{column}::text[]"
        case ("boolean", "numeric"):
            return f"{column}::int"
        case _:
            if new.endswith("[]"):
                text = f"'{{' || {text} || '}}'"
            return f"sync.fitted_v1({text}, '{new}')::{new}"


def _as_text(column: str, old: str) -> str:
    match old:
        case "text":
            return column
        case "numeric":
            return f"trim_scale({column})::text"
        case "timestamp with time zone":
            return f"({column} at time zone 'UTC')::text || '+00'"
        case "text[]" | "uuid[]":
            return f"nullif(array_to_string({column}, ', '), '')"
        case "jsonb":
            return (
                f"case jsonb_typeof({column}) when 'string' then {column} #>> '{{}}'"
                f" else {column}::text end"
            )
        case _:
            return f"{column}::text"
