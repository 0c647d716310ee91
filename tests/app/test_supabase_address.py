"""How Supabase is reached: which of the two ways, and what is said of a key before it is used."""

from __future__ import annotations

import base64
import json

import pytest

from accord.config import read_database_url, read_supabase_address
from accord.core.errors import ConfigurationError
from accord.supabase_address import DatabaseUrl, RestApi

SECRET = "sb_secret_hidden-word"
URL = "https://abcdefghijklmnopqrst.supabase.co"


def jwt(**claims: str) -> str:
    """A key of older projects; nobody looks at its signature here."""
    parts = ({"alg": "HS256", "typ": "JWT"}, {"iss": "supabase", **claims})
    coded = (base64.urlsafe_b64encode(json.dumps(p).encode()).decode().rstrip("=") for p in parts)
    return ".".join((*coded, "hidden-word"))


def problems(environment: dict[str, str]) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read_supabase_address(environment)
    told = "\n".join(caught.value.problems)
    assert "hidden-word" not in told
    return told


def test_the_database_url_is_preferred() -> None:
    both = {
        "SUPABASE_DB_URL": "postgresql://postgres@localhost/postgres",
        "SUPABASE_URL": URL,
        "SUPABASE_API_KEY": "sb_publishable_x",
    }
    assert read_supabase_address(both) == DatabaseUrl(both["SUPABASE_DB_URL"])


def test_a_secret_key_is_no_bearer() -> None:
    address = read_supabase_address({"SUPABASE_URL": URL, "SUPABASE_API_KEY": SECRET})
    assert address == RestApi(URL, SECRET)
    assert isinstance(address, RestApi)
    assert address.headers == {"apikey": SECRET}
    assert "hidden-word" not in repr(address)


def test_the_service_role_key_of_older_projects_is_both() -> None:
    key = jwt(role="service_role")
    address = read_supabase_address({"SUPABASE_URL": URL, "SUPABASE_API_KEY": key})
    assert isinstance(address, RestApi)
    assert address.headers == {"apikey": key, "Authorization": f"Bearer {key}"}


@pytest.mark.parametrize(
    "url", [URL, f"{URL}/", f"{URL}/rest/v1", f"{URL}/rest/v1/", "http://127.0.0.1:54321"]
)
def test_the_address_may_end_as_it_was_copied(url: str) -> None:
    address = read_supabase_address({"SUPABASE_URL": url, "SUPABASE_API_KEY": SECRET})
    assert isinstance(address, RestApi)
    assert address.url == url.rstrip("/").removesuffix("/rest/v1")


def test_the_project_id_tells_the_address() -> None:
    environment = {"SUPABASE_PROJECT_ID": "abcdefghijklmnopqrst", "SUPABASE_API_KEY": SECRET}
    assert read_supabase_address(environment) == RestApi(URL, SECRET)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "SUPABASE_API_KEY is not set"),
        ("sb_publishable_hidden-word", "publishable key"),
        (jwt(role="anon"), "the key of anon"),
        (jwt(role="authenticated"), "the key of authenticated"),
        (jwt(role="hidden-word"), "the key of another role"),
        (jwt(), "the key of another role"),
        ("sbp_hidden-word", "SUPABASE_ACCESS_TOKEN"),
        ("hidden-word", "the form of no key"),
        ("eyJ.hidden-word.x", "the form of no key"),
        ("eyJ.W10.hidden-word", "the form of no key"),
        ("sb_secret_hidden-word\n x", "characters that no key has"),
        ("sb_secret_“hidden-word”", "characters that no key has"),
    ],
)
def test_a_key_that_cannot_do_is_refused_with_advice(key: str, said: str) -> None:
    told = problems({"SUPABASE_URL": URL, "SUPABASE_API_KEY": key})
    assert said in told
    assert "sb_secret_..." in told


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "SUPABASE_URL is not set"),
        ("http://project.example.org", "in the clear"),
        ("https://me:hidden-word@project.example.org", "user or password"),
        ("postgresql://me:hidden-word@project.example.org/x", "SUPABASE_DB_URL"),
        ("https://supabase.com/dashboard/project/x", "project's address"),
        ("https://supabase.com", "dashboard"),
        ("https://[hidden-word", "no address"),
        ("https://project.example.org:hidden-word", "no address"),
        ("project.example.org", "no address"),
        ("hidden-word", "no address"),
    ],
)
def test_an_address_that_cannot_be_is_refused(url: str, said: str) -> None:
    assert said in problems({"SUPABASE_URL": url, "SUPABASE_API_KEY": SECRET})


def test_address_and_key_are_told_of_at_once() -> None:
    told = problems({"SUPABASE_PROJECT_ID": "?"})
    assert "SUPABASE_URL is not set" in told
    assert "SUPABASE_API_KEY is not set" in told


def test_both_ways_are_named_where_there_is_none() -> None:
    told = problems({})
    assert "SUPABASE_DB_URL" in told
    assert "SUPABASE_URL with SUPABASE_API_KEY" in told


def test_making_tables_takes_the_database_url() -> None:
    with pytest.raises(ConfigurationError, match="not make tables"):
        read_database_url({"SUPABASE_URL": URL, "SUPABASE_API_KEY": SECRET})
