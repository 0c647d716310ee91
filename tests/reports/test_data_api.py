"""What comes through the Data API: nothing for anon, for a reader its share; the page's program.

Rule: over HTTP, as on a project; the double of Supabase's Data API stands before a real Postgres.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest

from accord.local_postgres import EmbeddedPostgres
from tests.doors.lite import Lite, lacking

ROOT = Path(__file__).parents[2]
USER = "8a1f7f0c-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def served(postgres_server: EmbeddedPostgres, sample_url: str) -> Iterator[tuple[Lite, str]]:
    """The sample behind the Data API, and the URL of its database."""
    if (missing := lacking()) is not None:
        pytest.skip(missing)
    name = f"served_{uuid.uuid4().hex}"
    postgres_server.create_database(name, sample_url.rsplit("/", 1)[1])
    url = postgres_server.url(name)
    with Lite(url, schemas=("public", "reports")) as lite:
        yield lite, url


def token(secret: str, user: str) -> str:
    """What somebody holds who has signed in."""

    def part(content: bytes) -> str:
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    claims: dict[str, str | int] = {"sub": user, "role": "authenticated", "aud": "authenticated"}
    claims |= {"exp": int(time.time()) + 600}
    said = ".".join(
        part(json.dumps(each).encode()) for each in ({"alg": "HS256", "typ": "JWT"}, claims)
    )
    signed = hmac.new(secret.encode(), said.encode(), hashlib.sha256).digest()
    return f"{said}.{part(signed)}"


def ask(lite: Lite, path: str, who: str | None, **headers: str) -> httpx2.Response:
    said = {"apikey": lite.publishable, **headers}
    if who is not None:
        said["Authorization"] = f"Bearer {token(lite.jwt_secret, who)}"
    return httpx2.get(f"{lite.api.url}/rest/v1/{path}", headers=said)


def rows(answer: httpx2.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def test_who_has_not_signed_in_reads_nothing(served: tuple[Lite, str]) -> None:
    lite, _ = served
    for path, profile in (("tasks", "public"), ("contact_pipeline", "reports")):
        answer = ask(lite, path, None, **{"Accept-Profile": profile})
        assert answer.status_code in {401, 403}
        assert answer.json()["code"] == "42501"


def test_a_reader_reads_its_business_and_the_figures_of_it(served: tuple[Lite, str]) -> None:
    lite, url = served
    assert rows(ask(lite, "tasks?select=id", USER)) == []
    with psycopg.connect(url, autocommit=True) as owner:
        ((business, name),) = owner.execute(
            "select id, name from public.business_entities where name like 'The Connection%'"
        ).fetchall()
        owner.execute("select sync.grant_reader(%s, %s)", (USER, business))
        contacts = owner.execute(
            "select count(*)::int from public.contacts_profiles where business_entity_id = %s",
            (business,),
        ).fetchall()
    seen = rows(ask(lite, "contacts_profiles?select=business_entity_id", USER))
    assert [(len(seen),)] == contacts
    assert {row["business_entity_id"] for row in seen} == {str(business)}
    pipeline = rows(ask(lite, "contact_pipeline", USER, **{"Accept-Profile": "reports"}))
    assert {row["business"] for row in pipeline} == {name}
    for method in ("POST", "PATCH", "DELETE"):
        refused = httpx2.request(
            method,
            f"{lite.api.url}/rest/v1/tasks?id=eq.{business}",
            headers={
                "apikey": lite.publishable,
                "Authorization": f"Bearer {token(lite.jwt_secret, USER)}",
            },
            json={"task_name": "mine"},
        )
        assert refused.json()["code"] == "42501"


def test_the_program_of_the_page_prints_the_contacts(served: tuple[Lite, str]) -> None:
    lite, url = served
    text = (ROOT / "docs" / "reading.md").read_text(encoding="utf-8")
    program = re.findall(r"```python\n(.*?)```", text, re.DOTALL)[1]
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "SUPABASE_URL": lite.api.url,
            "SUPABASE_API_KEY": lite.api.key,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with psycopg.connect(url) as owner:
        contacts = owner.execute(
            "select count(*)::int from public.contacts_profiles where deleted_at is null"
        ).fetchall()
    assert [(len(done.stdout.splitlines()),)] == contacts
    assert "The Connection Practice" in done.stdout
