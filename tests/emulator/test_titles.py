"""What hangs on titles and names: search, addresses, the list of users, chosen property ids."""

import pytest

from notion_emulator import Workspace
from tests.emulator.client import Api, create, row, text

PERSON = "00000000-0000-4000-8000-0000000000fa"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("Tests", {"Tests", "Markdown Test"}),
        ("markdown test", {"Tests", "Markdown Test"}),
        ("Page", {"Custom Emoji Page"}),
        ("sub", {"Subpage"}),
        ("emo", {"Custom Emoji Page"}),
        ("glass", {"Glass"}),
        ("✨", {"✨"}),
        ("!?", set()),
        (" ", {"Tests", "Markdown Test", "Custom Emoji Page", "Subpage", "Glass", "✨"}),
    ],
)
def test_search_finds_titles_that_share_a_word_or_its_beginning(
    api: Api, workspace: Workspace, query: str, found: set[str]
) -> None:
    for title in ("Tests", "Markdown Test", "Custom Emoji Page", "Subpage", "Glass", "✨"):
        workspace.create_page(
            {"parent": {"workspace": True}, "properties": {"title": {"title": text(title)}}}
        )
    results = api.post("/v1/search", {"query": query})["results"]
    titles = {one["properties"]["title"]["title"][0]["plain_text"] for one in results}
    assert titles == found


def test_mentions_do_not_go_into_the_address_of_a_page(api: Api, workspace: Workspace) -> None:
    workspace.add_person("Ann", id=PERSON)
    title = [*text("Who is "), {"type": "mention", "mention": {"user": {"id": PERSON}}}]
    page = workspace.create_page(
        {"parent": {"workspace": True}, "properties": {"title": {"title": title}}}
    )
    bare = page["id"].replace("-", "")
    assert api.get(f"/v1/pages/{page['id']}")["url"].endswith(f"/Who-is-{bare}")


def test_users_are_listed_persons_first_and_the_own_bot_last(
    api: Api, workspace: Workspace
) -> None:
    other = workspace.add_bot("Another integration")
    person = workspace.add_person("Ann")
    listed = [one["id"] for one in api.get("/v1/users")["results"]]
    assert listed == [person, other, workspace.bot_id]
    assert api.get(f"/v1/users/{other}")["bot"] == {}


def test_a_property_takes_the_id_of_ones_choice_and_any_kind(
    api: Api, workspace: Workspace
) -> None:
    source = create(workspace, "Things", {})
    workspace.add_property(source, "Press", {"type": "button"}, id="ImzP")
    workspace.add_property(source, "Size", {"type": "number", "number": {}}, id="v_%5D%3C")
    relation = {
        "type": "dual_property",
        "data_source_id": source,
        "dual_property": {"synced_property_name": "Down", "synced_property_id": "iywx"},
    }
    workspace.add_property(source, "Up", {"type": "relation", "relation": relation}, id="abcd")
    shown = api.get(f"/v1/data_sources/{source}")["properties"]
    ids = {name: prop["id"] for name, prop in shown.items()}
    wanted = {"Press": "ImzP", "Size": "v_%5D%3C", "Up": "abcd", "Down": "iywx", "Name": "title"}
    assert ids == wanted
    page = row(workspace, source, "A", Size={"number": 1})
    assert api.get(f"/v1/pages/{page}")["properties"]["Press"] == {
        "id": "ImzP",
        "type": "button",
        "button": {},
    }
