"""Types for others: what we write from the models is what Supabase's program reads from the tables.

Rule: both are compared column by column; only layout and comments may differ.
"""

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, get_type_hints

import pytest

from accord.core.errors import OurError
from accord.core.schema import Collection, Field, PropertyType, Schema
from accord.supabase.columns import tables
from accord.supabase.types_python import python
from accord.supabase.types_typescript import typescript
from tests.supabase.program import supabase

ROOT = Path(__file__).parents[2]
TSC = ROOT / "tests" / "clients" / "js" / "node_modules" / "typescript" / "bin" / "tsc"


def generated(url: str, lang: str, home: Path) -> str:
    done = supabase(
        "gen", "types", "--lang", lang, f"--remote={url}", "--schema", "public", home=home
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def bare(text: str) -> str:
    """The tables' part without comments, layout and what may be written in two ways."""
    text = re.sub(r"/\*\*.*?\*/", "", text)
    text = text[text.index("Tables:") : text.index("Views:")].replace("(string)[]", "string[]")
    return re.sub(r'[\s,"]', "", text)


def loaded(name: str, text: str, folder: Path) -> Any:
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    finally:
        del sys.modules[name]
    return module


def test_typescript_is_what_supabase_reads_from_the_tables(
    finished_url: str, schema: Schema, tmp_path: Path
) -> None:
    assert bare(typescript(schema)) == bare(generated(finished_url, "typescript", tmp_path))


def test_python_is_what_supabase_reads_from_the_tables(
    finished_url: str, schema: Schema, tmp_path: Path
) -> None:
    ours = python(schema)
    theirs = generated(finished_url, "python", tmp_path)
    names = {c.table: c.model for c in schema}
    for table in tables(schema):
        camel = "".join(part.capitalize() for part in table.name.split("_"))
        name = names.get(table.name, camel)
        worked_out = {column.name for column in table.columns if column.generated}
        for kind, their_kind in (("Row", ""), ("Insert", "Insert"), ("Update", "Update")):
            mine = members(ours, f"class {name}{kind}(")
            other = members(theirs, f"class Public{camel}{their_kind}(")
            # Theirs would let a program write what Postgres works out.
            left_out = set() if kind == "Row" else worked_out
            assert mine == {k: v for k, v in other.items() if k not in left_out}, name


#: How the two say the same of a value that travels as JSON.
SAME = (
    (r"Annotated\[(.*), Field\(.*\)\]", r"\1"),
    (r" = Field\(.*\)", ""),
    (r"uuid\.UUID|datetime\.datetime", "str"),
    (r"JsonValue", "Json"),
    (r"List\[", "list["),
    (r"Optional\[(.*?)\]", r"\1 | None"),
)


def members(text: str, beginning: str) -> dict[str, str]:
    """Name and type of each member of a class, in the words of both."""
    start = text.index(beginning)
    body = re.split(r"\nclass |\Z", text[start:], maxsplit=1)[0]
    found = {}
    for name, kind in re.findall(r"^    (\w+): (.+)$", body, re.MULTILINE):
        said = str(kind)
        for theirs, ours in SAME:
            said = re.sub(theirs, ours, said)
        found[name] = said
    return found


def test_python_types_can_be_imported_and_say_what_is_required(
    schema: Schema, tmp_path: Path
) -> None:
    module = loaded("written_types", python(schema), tmp_path)
    assert module.TaskRow.__required_keys__ >= {"id", "task_name"}
    assert module.TasksSubtasksInsert.__required_keys__ == {"task_id", "subtask_id"}
    assert module.TaskUpdate.__required_keys__ == set()
    assert get_type_hints(module.TaskRow)["estimated_time"] == float | None


def test_a_column_named_like_a_word_of_python_is_no_obstacle(tmp_path: Path) -> None:
    fields = (
        Field("name", "Name", PropertyType.TITLE, column="name", sql="text"),
        Field("class", "Class", PropertyType.SELECT, column="class", sql="text"),
    )
    odd = Schema((Collection("Odd", "odd", "ODD_DB", "Odd", fields, doc='With \\ and "quotes"'),))
    module = loaded("odd_types", python(odd), tmp_path)
    assert "class" in module.OddRow.__required_keys__


def test_typescript_compiles_strictly(schema: Schema, tmp_path: Path) -> None:
    if not TSC.exists():
        pytest.skip("the compiler is not installed (run: npm ci --prefix tests/clients/js)")
    (tmp_path / "database.ts").write_text(typescript(schema))
    (tmp_path / "use.ts").write_text(
        'import { Tables, TablesInsert, TablesUpdate } from "./database"\n'
        "export const task = (row: Tables<'tasks'>): string | null => row.task_name\n"
        "export const link: TablesInsert<'tasks_subtasks'> = { task_id: '1', subtask_id: '2' }\n"
        "export const change: TablesUpdate<'tasks'> = { priority: 'High' }\n"
        "// @ts-expect-error Postgres works it out\n"
        "export const wrong: TablesInsert<'contacts_profiles'> = { external_ids_json: {} }\n"
    )
    words = ["node", str(TSC), "--strict", "--noEmit", "--target", "es2022", "use.ts"]
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_a_type_that_nobody_knows_is_our_mistake() -> None:
    fields = (Field("name", "Name", PropertyType.TITLE, column="name", sql="xml"),)
    odd = Schema((Collection("Odd", "odd", "ODD_DB", "Odd", fields, doc="Odd."),))
    with pytest.raises(OurError, match="xml"):
        typescript(odd)
    with pytest.raises(OurError, match="xml"):
        python(odd)
