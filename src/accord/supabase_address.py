"""How Supabase is reached, as the environment says: by database URL, or by address and API key.

Rules: all problems at once, each with the name of the variable and what to put there; a key is
judged by its form before anything is sent, and never shown.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlsplit

#: Where keys are found.
KEYS = "Project Settings > API Keys"

_PROJECT = re.compile(r"[a-z0-9]{8,40}")
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_JWT_PARTS = 3


@dataclass(frozen=True, slots=True)
class DatabaseUrl:
    """A Postgres URL."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RestApi:
    """A project's Data API.

    Args:
        url: the project's address, without a path.
        key: a secret key, or the service_role key of older projects.
    """

    url: str
    key: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The headers that carry the key; only one that is a JWT may be a bearer."""
        if self.key.startswith("sb_"):
            return {"apikey": self.key}
        return {"apikey": self.key, "Authorization": f"Bearer {self.key}"}


SupabaseAddress: TypeAlias = DatabaseUrl | RestApi


def read_address(environment: Mapping[str, str], problems: list[str]) -> SupabaseAddress | None:
    """How Supabase is reached; the database URL is preferred.

    What is wrong joins ``problems``; an address that is given with problems is not to be used.
    """
    if _said(environment, "SUPABASE_DB_URL"):
        return DatabaseUrl(database_url(environment, problems))
    key = _said(environment, "SUPABASE_API_KEY")
    url, project = _said(environment, "SUPABASE_URL"), _said(environment, "SUPABASE_PROJECT_ID")
    if not (url or key or project):
        problems.append(
            "SUPABASE_DB_URL is not set, nor SUPABASE_URL with SUPABASE_API_KEY: set one of them."
            " The first is in the Supabase dashboard under Connect (the session pooler's address,"
            f" with your database password), the others under {KEYS}"
        )
        return None
    found: list[str] = []
    if not url and _PROJECT.fullmatch(project):
        url = f"https://{project}.supabase.co"
    found.extend(_url_problems(url))
    found.extend(_key_problems(key))
    problems.extend(found)
    return None if found else RestApi(_plain(url), key)


def database_url(environment: Mapping[str, str], problems: list[str]) -> str:
    """The Postgres URL; what is wrong with it joins ``problems``."""
    url = _said(environment, "SUPABASE_DB_URL")
    if not url:
        problems.append(
            "SUPABASE_DB_URL is not set: in the Supabase dashboard press Connect and copy the "
            "address of the session pooler, with your database password"
            + (
                " (SUPABASE_URL with SUPABASE_API_KEY can read and write rows, not make tables)"
                if _said(environment, "SUPABASE_URL")
                else ""
            )
        )
    elif not url.startswith(("postgres://", "postgresql://")):
        problems.append(
            "SUPABASE_DB_URL is not a Postgres address: it must begin with postgresql://"
        )
    elif "@" in url and url.partition("://")[2].partition("/")[0].count("@") != 1:
        # A part of the password would be taken for the host, and then be told as such.
        problems.append(
            "SUPABASE_DB_URL has a password with special characters: percent-encode them "
            "(@ is %40, / is %2F)"
        )
    return url


def _said(environment: Mapping[str, str], variable: str) -> str:
    return environment.get(variable, "").strip()


def _plain(url: str) -> str:
    """The address without what people copy with it."""
    return url.rstrip("/").removesuffix("/rest/v1").rstrip("/")


def _url_problems(url: str) -> Iterator[str]:
    """What is wrong with the address; it is shown only where it can hold no secret."""
    example = "https://YOUR-PROJECT.supabase.co"
    if not url:
        yield f"SUPABASE_URL is not set: copy the project's address, such as {example}"
        return
    try:
        parts = urlsplit(_plain(url))
        host, _ = parts.hostname, parts.port
    except ValueError:
        yield f"SUPABASE_URL is no address; it looks like {example}"
        return
    if parts.scheme in {"postgres", "postgresql"}:
        yield "SUPABASE_URL is a Postgres address: that belongs into SUPABASE_DB_URL"
    elif "@" in parts.netloc:
        yield "SUPABASE_URL must not carry a user or password; the API key alone opens the door"
    elif parts.scheme not in {"http", "https"} or not host:
        yield f"SUPABASE_URL is no address; it looks like {example}"
    elif parts.path or parts.query or parts.fragment:
        yield f"SUPABASE_URL has more than the project's address in it; it looks like {example}"
    elif host == "supabase.com":
        yield f"SUPABASE_URL is the dashboard's address, not the project's, such as {example}"
    elif parts.scheme == "http" and host not in _LOOPBACK:
        yield (
            "SUPABASE_URL begins with http: the key would travel in the clear; use https, or an"
            " address on this machine"
        )


def _key_problems(key: str) -> Iterator[str]:
    """What is wrong with the API key, as far as its form tells."""
    take = f"take a secret key (sb_secret_...) from {KEYS}"
    if not key:
        yield f"SUPABASE_API_KEY is not set: {take}"
    elif key.startswith("sb_publishable_"):
        yield (
            "SUPABASE_API_KEY is a publishable key, which everybody may have and which therefore"
            f" may do nothing here: {take}"
        )
    elif key.startswith("sbp_"):
        yield (
            "SUPABASE_API_KEY is an access token of your account, which belongs into"
            f" SUPABASE_ACCESS_TOKEN: {take}"
        )
    elif not key.isascii() or not key.isprintable() or " " in key:
        yield f"SUPABASE_API_KEY has characters that no key has; copy it again, or {take}"
    elif not key.startswith("sb_secret_"):
        role = _role(key)
        if role is None:
            yield f"SUPABASE_API_KEY has the form of no key of Supabase: {take}"
        elif role != "service_role":
            shown = role if role in {"anon", "authenticated"} else "another role"
            yield (
                f"SUPABASE_API_KEY is the key of {shown}, which may do nothing here: {take}, or"
                " the service_role key of an older project"
            )


def _role(key: str) -> str | None:
    """The role that a JWT gives; None: it is none."""
    parts = key.split(".")
    if len(parts) != _JWT_PARTS:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (binascii.Error, ValueError):
        return None
    return str(claims.get("role", "")) if isinstance(claims, dict) else None
