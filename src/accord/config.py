"""The environment and pyproject.toml, read into one frozen object.

Rule: all problems at once, each with the name of the variable and what to put there; a secret is
never shown, not even in part.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv import dotenv_values

from accord.core.errors import ConfigurationError
from accord.core.merge import Policy
from accord.core.schema import Collection, Schema
from accord.core.stamps import Stamping
from accord.supabase_address import SupabaseAddress, database_url, read_address

NOTION = "https://api.notion.com"
DEFAULT_BUDGET = 180

#: More days than these are for ever, for which there is the 0.
LONGEST_HISTORY = 36_500

_ID = re.compile(r"[0-9a-f]{32}")

#: How tokens, keys and addresses with a password look.
_SECRET = re.compile(r"\b(ntn_|secret_|eyJ|sbp_|sb_secret_)|@")


@dataclass(frozen=True, slots=True)
class Skipped:
    """A declared database whose variable is not set."""

    title: str
    variable: str


@dataclass(frozen=True, slots=True)
class NotionSettings:
    """What reading Notion takes; see `Settings`."""

    token: str = field(repr=False)
    url: str
    requests_per_minute: int
    databases: Mapping[str, str]
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What a round needs to know of the world.

    Args:
        notion_token: the connection's token.
        notion_url: where the Notion API is.
        requests_per_minute: the budget that we keep to; 0: no pacing.
        supabase: how Supabase is reached.
        databases: Notion's database or data source id (32 hex digits), by table.
        skipped: declared databases without an id.
    """

    notion_token: str = field(repr=False)
    notion_url: str
    requests_per_minute: int
    supabase: SupabaseAddress
    databases: Mapping[str, str]
    skipped: tuple[Skipped, ...] = ()


def read_environment(folder: Path) -> dict[str, str]:
    """The process's environment over the file ``.env`` in the project's folder."""
    written = {k: v for k, v in dotenv_values(folder / ".env").items() if v is not None}
    return {**written, **os.environ}


def models_package(folder: Path) -> str:
    """The package that declares the collections: ``[tool.accord] models`` in pyproject.toml.

    Raises:
        ConfigurationError: there is no such line, or pyproject.toml cannot be read.
    """
    package = _said(folder).get("models")
    if not isinstance(package, str) or not package:
        raise ConfigurationError(
            "pyproject.toml does not say where the models are; add the lines "
            '[tool.accord] and models = "models"'
        )
    return package


def reports_folder(folder: Path) -> Path | None:
    """Where the reports are: ``[tool.accord] reports`` in pyproject.toml; None: there are none.

    Raises:
        ConfigurationError: it names no folder, or pyproject.toml cannot be read.
    """
    said = _said(folder).get("reports")
    if said is None:
        return None
    if not isinstance(said, str) or not said:
        raise ConfigurationError(
            'pyproject.toml: [tool.accord] reports is the folder of the reports, as "reports"'
        )
    return folder / said


def with_policies(folder: Path, schema: Schema) -> Schema:
    """The schema with the policies of ``[tool.accord.policies]`` in pyproject.toml.

    A key is a table, or "table.Property Title"; a value is notion, supabase, newest or manual.
    A table's policy holds for the properties that have none of their own, in the model or here.

    Raises:
        ConfigurationError: a key or value is none of these; all such lines at once.
    """
    said = _said(folder).get("policies", {})
    if not isinstance(said, Mapping):
        raise ConfigurationError("pyproject.toml: [tool.accord.policies] is a table of its own")
    problems = [problem for key, value in said.items() for problem in _wrong(schema, key, value)]
    if problems:
        raise ConfigurationError(f"[tool.accord.policies]: {problem}" for problem in problems)
    return Schema.of(_decided(collection, said) for collection in schema)


@dataclass(frozen=True, slots=True)
class Keeping:
    """How a project wants pages stamped, and how long its history is kept.

    Args:
        stamps: when pages get their stamps.
        history_days: so many days a change is remembered; 0: for ever.
    """

    stamps: Stamping = Stamping.BUDGETED
    history_days: int = 365


def read_keeping(folder: Path) -> Keeping:
    """What ``stamps`` and ``history_days`` of ``[tool.accord]`` in pyproject.toml say.

    Raises:
        ConfigurationError: with everything that is wrong in them.
    """
    said = _said(folder)
    stamps = said.get("stamps", Stamping.BUDGETED.value)
    days = said.get("history_days", Keeping().history_days)
    problems = []
    if not isinstance(stamps, str) or stamps not in set(Stamping):
        problems.append(f"[tool.accord] stamps is {stamps!r}; there are: {', '.join(Stamping)}")
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= LONGEST_HISTORY:
        problems.append(
            f"[tool.accord] history_days is {days!r}, but must be a whole number of days "
            f"from 0 (for ever) to {LONGEST_HISTORY}"
        )
    if problems:
        raise ConfigurationError(problems)
    return Keeping(Stamping(stamps), days)


def _decided(collection: Collection, said: Mapping[str, str]) -> Collection:
    policies = {key: Policy(value) for key, value in said.items()}
    fields = tuple(
        replace(field, policy=policies.get(f"{collection.table}.{field.title}", field.policy))
        for field in collection.fields
    )
    policy = policies.get(collection.table, collection.policy)
    return replace(collection, fields=fields, policy=policy)


def _wrong(schema: Schema, key: str, value: object) -> Iterator[str]:
    """What is wrong with one line of the policies."""
    table, _, title = key.partition(".")
    tables = {collection.table: collection for collection in schema}
    if table not in tables:
        yield f"there is no table {table!r}{_perhaps(table, tables)}"
    elif title:
        fields = {f.title: f for f in tables[table].fields if f.carried and not f.computed}
        if title not in fields:
            yield (
                f"the table {table!r} has no property {title!r} that both sides can edit"
                f"{_perhaps(title, fields)}"
            )
    if isinstance(value, Mapping):
        yield f'a key with a dot stands in quotes: "{key}.{next(iter(value), "...")}" = ...'
    elif not isinstance(value, str) or value not in set(Policy):
        yield f"{key} = {value!r} is no policy; there are: {', '.join(Policy)}"


def _perhaps(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, known, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""


def _said(folder: Path) -> dict[str, Any]:
    """What ``[tool.accord]`` says in pyproject.toml.

    Raises:
        ConfigurationError: pyproject.toml is not there or cannot be read.
    """
    path = folder / "pyproject.toml"
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationError(
            "there is no pyproject.toml in this folder; run the command from the project's root"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"pyproject.toml cannot be read: {error}") from None
    said = document.get("tool", {}).get("accord", {})
    return said if isinstance(said, dict) else {}


def read_settings(environment: Mapping[str, str], schema: Schema) -> Settings:
    """What a round needs, from the environment.

    Raises:
        ConfigurationError: with everything that is missing or wrong.
    """
    problems: list[str] = []
    notion = _notion(environment, schema, problems)
    supabase = read_address(environment, problems)
    if problems or supabase is None:
        raise ConfigurationError(problems)
    return Settings(
        notion.token,
        notion.url,
        notion.requests_per_minute,
        supabase,
        notion.databases,
        notion.skipped,
    )


def read_notion_settings(environment: Mapping[str, str], schema: Schema) -> NotionSettings:
    """What reading Notion alone takes, from the environment.

    Raises:
        ConfigurationError: with everything that is missing or wrong.
    """
    problems: list[str] = []
    settings = _notion(environment, schema, problems)
    if problems:
        raise ConfigurationError(problems)
    return settings


def _notion(environment: Mapping[str, str], schema: Schema, problems: list[str]) -> NotionSettings:
    """What the environment says of Notion; what is wrong with it joins ``problems``."""
    token = environment.get("NOTION_API_TOKEN", "").strip()
    if not token:
        problems.append(
            "NOTION_API_TOKEN is not set: create a connection in Notion (Settings > Connections > "
            "Develop or manage integrations) and put its token into the environment or .env"
        )
    notion_url = environment.get("NOTION_API_URL", "").strip() or NOTION
    notion_url = notion_url.rstrip("/").removesuffix("/v1")
    problems.extend(address_problems("NOTION_API_URL", notion_url, NOTION))
    budget = environment.get("NOTION_REQUESTS_PER_MINUTE", "").strip() or str(DEFAULT_BUDGET)
    if not budget.isdecimal():
        problems.append(
            f"NOTION_REQUESTS_PER_MINUTE is {budget!r}, but must be a whole number: "
            "180, 600 on Notion's larger plans, or 0 for no pacing"
        )
    databases, skipped = _databases(environment, schema, problems)
    paced = int(budget) if budget.isdecimal() else DEFAULT_BUDGET
    return NotionSettings(token, notion_url, paced, databases, skipped)


def read_database_url(environment: Mapping[str, str]) -> str:
    """The Postgres URL alone.

    Raises:
        ConfigurationError: it is missing or not a Postgres URL.
    """
    problems: list[str] = []
    url = database_url(environment, problems)
    if problems:
        raise ConfigurationError(problems)
    return url


def read_supabase_address(environment: Mapping[str, str]) -> SupabaseAddress:
    """How Supabase is reached: all that reading and writing its tables needs.

    Raises:
        ConfigurationError: with everything that is missing or wrong.
    """
    problems: list[str] = []
    address = read_address(environment, problems)
    if problems or address is None:
        raise ConfigurationError(problems)
    return address


def _databases(
    environment: Mapping[str, str], schema: Schema, problems: list[str]
) -> tuple[dict[str, str], tuple[Skipped, ...]]:
    databases: dict[str, str] = {}
    skipped: list[Skipped] = []
    for collection in schema:
        value = environment.get(collection.env, "").strip()
        if not value:
            skipped.append(Skipped(collection.title, collection.env))
            continue
        digits = value.replace("-", "").lower()
        if _ID.fullmatch(digits):
            databases[collection.table] = digits
        else:
            problems.append(
                f"{collection.env} is {shown(value)}, which is no Notion id: copy the 32 digits "
                f"and letters from the address of the database {collection.title!r}"
            )
    problems.extend(_shared_ids(databases, schema))
    if len(skipped) == len(schema):
        names = ", ".join(s.variable for s in skipped)
        problems.append(f"no database is named: set at least one of {names}")
    return databases, tuple(skipped)


def _shared_ids(databases: Mapping[str, str], schema: Schema) -> Iterator[str]:
    users: dict[str, list[str]] = {}
    for table, digits in databases.items():
        users.setdefault(digits, []).append(schema.collection(table).env)
    for variables in users.values():
        if len(variables) > 1:
            yield f"{' and '.join(variables)} name the same database; each needs its own"


def shown(value: str) -> str:
    """A value that should be no secret; not if it looks like one that got into the wrong place."""
    return "(not shown, it looks like a secret)" if _SECRET.search(value) else repr(value)


def address_problems(variable: str, url: str, usual: str) -> Iterator[str]:
    """What is wrong with the address of an API that a secret is sent to."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if "@" in url:
        yield f"{variable} must not carry a user or password; the token alone opens the door"
    elif parts.scheme not in {"http", "https"} or not parts.hostname:
        yield f"{variable} is {shown(url)}, but must be an address such as {usual}"
    elif parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        yield (
            f"{variable} is {url!r}: without https the token would travel in the clear; "
            "use https, or an address on this machine"
        )
