"""The rules of the house that no other tool checks. docs/development.md gives the reasons.

Each rule is a function from a file to what is wrong in it. Each is also shown a file that
breaks it, so that a rule which sees nothing any more does not pass in silence.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Callable, Iterator
from pathlib import Path, PurePath

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES_IN_A_FILE = 450
MOST_LINES_IN_A_FUNCTION = 60
MOST_SUPPRESSIONS = 10
NOT_IN_CORE = {"asyncio", "time", "os", "socket", "random", "logging"}
NO_NAMES_OF_ROOMS = {"utils", "helpers", "common", "manager", "base"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|NotImplementedError)\b")
A_PATH_OF_SOME_MACHINE = re.compile(r"(?<![\w.])/(?:work/|home/\w+|Users/\w+|root/)")
PRODUCT = ("src", "models", "tools")

Rule = Callable[[PurePath, str], Iterator[str]]


def files_are_short(_path: PurePath, text: str) -> Iterator[str]:
    if (lines := len(text.splitlines())) > MOST_LINES_IN_A_FILE:
        yield f"{lines} lines"


def functions_are_short(_path: PurePath, text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            lines = node.end_lineno - node.lineno + 1
            if lines > MOST_LINES_IN_A_FUNCTION:
                yield f"{node.name}: {lines} lines"


def rooms_are_named_for_what_they_hold(path: PurePath, _text: str) -> Iterator[str]:
    for name in (*path.parent.parts, path.stem):
        if name in NO_NAMES_OF_ROOMS:
            yield f"named {name}"


def files_open_with_what_they_are(_path: PurePath, text: str) -> Iterator[str]:
    if ast.get_docstring(ast.parse(text)) is None:
        yield "no docstring"


def nothing_is_unfinished(_path: PurePath, text: str) -> Iterator[str]:
    for found in UNFINISHED.finditer(text):
        yield found[0]


def core_is_pure(path: PurePath, text: str) -> Iterator[str]:
    if not path.is_relative_to("src/accord/core"):
        return
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import():
                names = [alias.name for alias in node.names]
            case ast.ImportFrom(module=str(module), level=0):
                names = [module]
            case _:
                continue
        for name in names:
            top = name.partition(".")[0]
            ours = name == "accord.core" or name.startswith("accord.core.")
            if not ours and (top not in sys.stdlib_module_names or top in NOT_IN_CORE):
                yield f"imports {name}"


def no_path_of_a_machine(_path: PurePath, text: str) -> Iterator[str]:
    for found in A_PATH_OF_SOME_MACHINE.finditer(text):
        yield found[0]


RULES: dict[Rule, tuple[str, str]] = {
    # each rule, with a file that breaks it
    files_are_short: ("src/a.py", "x = 1\n" * (MOST_LINES_IN_A_FILE + 1)),
    functions_are_short: ("src/a.py", "def f():\n" + "    x = 1\n" * MOST_LINES_IN_A_FUNCTION),
    rooms_are_named_for_what_they_hold: ("src/accord/helpers/a.py", ""),
    files_open_with_what_they_are: ("src/a.py", "x = 1\n"),
    nothing_is_unfinished: ("src/a.py", "def f():\n    raise NotImplementedError\n"),
    core_is_pure: ("src/accord/core/a.py", "from pydantic import BaseModel\n"),
    no_path_of_a_machine: ("docs/a.md", "see /home/" + "somebody/notes.md"),
}


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def read_by(rule: Rule) -> list[Path]:
    """The files a rule is about."""
    if rule is no_path_of_a_machine:
        pages = [path for path in (ROOT / "docs").rglob("*") if path.is_file()]
        here = [path for path in ROOT.iterdir() if path.suffix in {".md", ".toml"}]
        locks = sorted((ROOT / "requirements").iterdir())
        return [*python_files(*PRODUCT, "tests"), *pages, *here, *locks]
    return python_files(*PRODUCT)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_is_kept(rule: Rule) -> None:
    wrong = [
        f"{path.relative_to(ROOT)}: {offence}"
        for path in read_by(rule)
        for offence in rule(path.relative_to(ROOT), path.read_text(errors="replace"))
    ]
    assert wrong == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_sees_a_file_that_breaks_it(rule: Rule) -> None:
    path, text = RULES[rule]
    assert list(rule(PurePath(path), text))


@pytest.mark.parametrize("name", sorted(NOT_IN_CORE))
def test_core_may_not_import(name: str) -> None:
    assert list(core_is_pure(PurePath("src/accord/core/deep/a.py"), f"import {name}\n"))


def suppressions(text: str) -> int:
    """How many comments tell a checker to look away."""
    comments = (
        token.string
        for token in tokenize.generate_tokens(io.StringIO(text).readline)
        if token.type == tokenize.COMMENT
    )
    return sum(bool(re.search(r"#\s*(noqa|type:\s*ignore)", comment)) for comment in comments)


def test_checkers_are_rarely_told_to_look_away() -> None:
    found = {
        str(path.relative_to(ROOT)): count
        for path in python_files(*PRODUCT, "tests")
        if (count := suppressions(path.read_text()))
    }
    assert sum(found.values()) <= MOST_SUPPRESSIONS, found


def test_suppressions_are_counted_in_comments_alone() -> None:
    assert (
        suppressions('x = "# noqa"\ny = 1  # noqa: A001  reason\nz = 1  # type: ignore[misc]\n')
        == 2
    )
