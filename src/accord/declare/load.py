"""From classes to one schema: modules are imported, relations find their other side.

Rule: all problems of all declarations are told at once.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

import pydantic

from accord.core import schema as core
from accord.core.errors import ModelError
from accord.core.schema import Field, LinkTable, Schema
from accord.declare.collection import Collection

Classes: TypeAlias = Mapping[str, type[Collection]]


def load_schema(package: str, *, root: Path | None = None) -> Schema:
    """The schema that a package and its modules declare.

    Args:
        package: its name, as ``[tool.accord] models`` in pyproject.toml gives it.
        root: the directory that holds it, where Python does not look by itself.

    Raises:
        ModelError: with every problem of every declaration.
    """
    if root is not None and str(root) not in sys.path:
        sys.path.insert(0, str(root))
    found = _import(package)
    paths = getattr(found, "__path__", ())
    modules = sorted(module.name for module in pkgutil.iter_modules(paths))
    return load(package, *(f"{package}.{module}" for module in modules))


def load(*sources: str | type[Collection]) -> Schema:
    """The schema that modules (by name) and classes declare, in the order of their numbers.

    Raises:
        ModelError: with every problem of every declaration.
    """
    problems: list[str] = []
    models: dict[type[Collection], None] = {}
    for source in sources:
        try:
            found = _declared_in(_import(source)) if isinstance(source, str) else (source,)
        except ModelError as error:
            problems += error.problems
        else:
            models |= dict.fromkeys(found)
    if not models and not problems:
        problems.append("no collection is declared: derive a class from accord.declare.Collection")
    if problems:
        raise ModelError(problems)
    return Schema.of(_collections(sorted(models, key=lambda model: model.__heading__.number)))


def _import(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        raise ModelError(
            f"no module {error.name!r} was found; [tool.accord] models in pyproject.toml names it"
        ) from error
    except pydantic.errors.PydanticUserError as error:
        raise ModelError(f"{name}: {error.message}") from error


def _declared_in(module: ModuleType) -> Iterator[type[Collection]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Collection) and value is not Collection:
            yield value


def _collections(models: Iterable[type[Collection]]) -> Iterator[core.Collection]:
    ordered = list(models)
    classes = {model.__name__: model for model in ordered}
    for model in ordered:
        draft = model.__draft__
        yield replace(draft, fields=tuple(_resolved(f, classes) for f in draft.fields))


def _resolved(field: Field, classes: Classes) -> Field:
    """The field with tables and titles in the place of classes and attributes.

    What does not resolve stays as it was said; the schema refuses it by that name.
    """
    there = classes.get(field.to or "")
    if there is None:
        return field
    table = there.__draft__.table
    other = _attribute(there, field.two_way) if field.two_way else None
    two_way = f"{table}.{other.title if other else field.two_way}" if field.two_way else None
    link, through = field.link, None
    if link is not None:
        link = _with_target(link, there)
    elif field.mirrors and other is not None and other.link is not None:
        owned = _with_target(other.link, classes.get(other.to or "", there))
        link = LinkTable(owned.table, owner=owned.target, target=owned.owner)
    elif field.mirrors and other is not None:
        through = f"{table}.{other.column}"
    mirrors = two_way if field.mirrors else None
    return replace(field, to=table, link=link, through=through, two_way=two_way, mirrors=mirrors)


def _with_target(link: LinkTable, there: type[Collection]) -> LinkTable:
    return replace(link, target=link.target or there.__heading__.key)


def _attribute(model: type[Collection], name: str) -> Field | None:
    return next((field for field in model.__draft__.fields if field.name == name), None)
