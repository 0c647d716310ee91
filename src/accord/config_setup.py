"""What changing the tables takes of the environment.

Rule: as in `accord.config`: all problems at once, each with what to put there, no secret shown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from accord.config import address_problems, read_database_url, shown
from accord.core.errors import ConfigurationError
from accord.supabase.management import MANAGEMENT_API, TOKENS

_PROJECT = re.compile(r"[a-z0-9]{6,40}")


@dataclass(frozen=True, slots=True)
class SetupSettings:
    """The way to change the tables: a Postgres URL, or a project and a token for its account.

    Args:
        database_url: the Postgres URL; empty: by the Management API.
        project: the project's id.
        access_token: an access token of an account that may change it.
        management_url: where the Management API is.
    """

    database_url: str = field(default="", repr=False)
    project: str = ""
    access_token: str = field(default="", repr=False)
    management_url: str = MANAGEMENT_API


def read_setup_settings(environment: Mapping[str, str]) -> SetupSettings:
    """What the set-up of tables needs: SUPABASE_DB_URL, or an access token and a project's id.

    Raises:
        ConfigurationError: with everything that is missing or wrong.
    """
    if environment.get("SUPABASE_DB_URL", "").strip():
        return SetupSettings(read_database_url(environment))
    token = environment.get("SUPABASE_ACCESS_TOKEN", "").strip()
    if token:
        return _management(environment, token)
    raise ConfigurationError(
        "changing tables needs SUPABASE_DB_URL (in the Supabase dashboard press Connect and "
        "copy the address of the session pooler, with your database password), or "
        f"SUPABASE_ACCESS_TOKEN (made at {TOKENS}) with SUPABASE_PROJECT_ID; a key of the "
        "project cannot do it. Or run this with --print and paste the SQL into the "
        "dashboard's SQL editor"
    )


def _management(environment: Mapping[str, str], token: str) -> SetupSettings:
    problems: list[str] = []
    if token.startswith(("sb_", "eyJ")):
        problems.append(
            "SUPABASE_ACCESS_TOKEN holds a key of the project, which cannot change tables: put "
            f"in an access token of your account, made at {TOKENS}"
        )
    host = urlsplit(environment.get("SUPABASE_URL", "").strip()).hostname or ""
    named = host.removesuffix(".supabase.co") if host.endswith(".supabase.co") else ""
    project = environment.get("SUPABASE_PROJECT_ID", "").strip() or named
    if not project:
        problems.append(
            "SUPABASE_PROJECT_ID is not set: it is the first part of the project's address, "
            "https://<id>.supabase.co"
        )
    elif not _PROJECT.fullmatch(project):
        problems.append(
            f"SUPABASE_PROJECT_ID is {shown(project)}, but must be the first part of the "
            "project's address alone: https://<id>.supabase.co"
        )
    elif named and named != project:
        problems.append(
            f"SUPABASE_PROJECT_ID is {project!r}, but SUPABASE_URL belongs to {named!r}: make "
            "them name the same project"
        )
    url = environment.get("SUPABASE_MANAGEMENT_URL", "").strip().rstrip("/") or MANAGEMENT_API
    problems.extend(address_problems("SUPABASE_MANAGEMENT_URL", url, MANAGEMENT_API))
    if problems:
        raise ConfigurationError(problems)
    return SetupSettings("", project, token, url)
