"""A workspace in disguise says nothing of what the original said."""

import re
from typing import Any

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notion_emulator import Original, Workspace, adopt, disguised
from notion_emulator.made_up import MadeUp, words
from notion_emulator.sample import build_generated, build_sample
from notion_emulator.snapshot import snapshot
from tests.emulator.client import Api, Clock
from tests.emulator.originals import read

Json = dict[str, Any]
KEY = b"a key of the test"

#: Kinds of values that are words of people.
TEXT_LIKE = {"title", "rich_text", "url", "email", "phone_number", "files", "people", "place"}


def leaves(thing: Any) -> list[str]:
    if isinstance(thing, dict):
        return [leaf for one in thing.values() for leaf in leaves(one)]
    if isinstance(thing, list):
        return [leaf for one in thing for leaf in leaves(one)]
    return [thing] if isinstance(thing, str) else []


def spoken(kind: str, value: Any) -> list[str]:
    """Return what a value says in words."""
    if kind not in {"title", "rich_text"}:
        return leaves(value)
    return [
        one
        for part in value
        if (part.get("mention") or {}).get("type") != "date"
        for one in (part["plain_text"], part["href"] or "")
    ]


def said(original: Original) -> set[str]:
    """Return what people wrote, and what tells who they are.

    What has no word of four characters, as "5.15.9", is replaced as well (see below), but may
    turn up elsewhere by chance.
    """
    found = {original.me["name"], original.me["bot"]["workspace_name"]}
    for user in original.users:
        found |= {user["name"], (user.get("person") or {}).get("email", "")}
    for thing in (*original.databases, *original.data_sources):
        found |= {part["plain_text"] for part in thing["description"]}
    for page in original.pages:
        found |= set(leaves(page["cover"]))
        for answer in page["properties"].values():
            if answer["type"] in TEXT_LIKE:
                found |= set(spoken(answer["type"], answer[answer["type"]]))
    return {text for text in found if any(words(text))}


def staying(original: Original) -> set[str]:
    """Return what stays by design: the schema, and the words of the API itself."""
    schema = [one["properties"] for one in original.data_sources]
    titles = [one["title"] for one in (*original.databases, *original.data_sources)]
    stays = set(leaves([schema, titles])) | {name for one in schema for name in one}
    return stays | {"external", "page", "file", "user", "person", "default"}


_ID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}")


def hide(api: Api, clock: Clock) -> tuple[Original, bytes]:
    """Return what a workspace shows, and the snapshot of its disguise."""
    original = read(api)
    workspace = Workspace(clock=clock, seed=5)
    adopt(workspace, disguised(original, KEY))
    return original, snapshot(workspace)


def leaks(original: Original, written: bytes) -> list[str]:
    """Return what people said and some text in the snapshot says as well, or as a part."""
    stays = staying(original)
    texts = set(leaves(orjson.loads(written))) - stays
    text = "\n".join(_ID.sub("", one) for one in texts)
    return [one for one in said(original) - stays if not _ID.search(one) and one in text]


def test_no_word_of_the_sample_is_in_the_snapshot_of_its_disguise(
    workspace: Workspace, clock: Clock
) -> None:
    build_sample(workspace)
    original, written = hide(Api(workspace), clock)
    assert len(said(original)) > 300
    assert leaks(original, written) == []


def test_no_word_of_many_pages_is_in_the_snapshot_of_their_disguise(clock: Clock) -> None:
    workspace = Workspace(clock=clock, seed=7)
    build_generated(workspace, 1000, 3)
    original, written = hide(Api(workspace), clock)
    assert leaks(original, written) == []


def test_the_guard_sees_what_is_not_in_disguise(workspace: Workspace, clock: Clock) -> None:
    build_sample(workspace)
    original = read(Api(workspace))
    copy = Workspace(clock=clock, seed=5)
    adopt(copy, original)
    assert len(leaks(original, snapshot(copy))) > 300


def test_what_is_no_word_of_people_stays(workspace: Workspace) -> None:
    build_sample(workspace)
    original = read(Api(workspace))
    hidden = disguised(original, KEY)
    assert [one["properties"].keys() for one in hidden.data_sources] == [
        one["properties"].keys() for one in original.data_sources
    ]
    for page, other in zip(original.pages, hidden.pages, strict=True):
        assert other["id"] == page["id"]
        assert other["last_edited_time"] == page["last_edited_time"]
        for name, answer in page["properties"].items():
            made, kind = other["properties"][name], answer["type"]
            if kind in {"select", "status", "multi_select", "date", "number", "checkbox"}:
                assert made[kind] == answer[kind]
            if kind in {"title", "rich_text"}:
                for part, again in zip(answer[kind], made[kind], strict=True):
                    if part["type"] == "text":
                        assert len(again["plain_text"]) == len(part["plain_text"])
            if kind == "relation":
                assert made[kind] == answer[kind]


def test_the_same_key_gives_the_same_disguise_and_another_key_another(
    workspace: Workspace,
) -> None:
    build_sample(workspace)
    original = read(Api(workspace))
    assert disguised(original, KEY) == disguised(original, KEY)
    assert disguised(original, b"another").users != disguised(original, KEY).users


def test_equal_words_stay_equal() -> None:
    made_up = MadeUp(KEY, words("Robin Hale wrote to Robin"))
    first, second, *_, last = made_up.text("Robin Hale wrote to ROBIN").split()
    assert first.upper() == last
    assert first != second


def test_shapes_stay() -> None:
    made_up = MadeUp(KEY, words("anna@example.org https://crm.example.org/people/anna.pdf"))
    assert re.fullmatch(r"[a-z]{4}@[a-z]+\.example", made_up.line("anna@firma.org"))
    assert re.fullmatch(
        r"https://[a-z]+\.example/[a-z]{6}/[a-z]{4}\.pdf",
        made_up.line("https://crm.firma.org/people/anna.pdf?token=secret"),
    )
    assert re.fullmatch(r"\+\d\d \(\d{3}\) \d{4}", made_up.line("+49 (030) 1234"))
    assert re.fullmatch(r"[A-Z][a-z]{3} [A-Z]{3}\.docx", made_up.file_name("Anna CRM.docx"))
    assert "----" not in made_up.text("----")
    assert "🙂" not in made_up.text("🙂🙂🙂🙂")


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=4))
def test_no_telling_word_of_any_text_is_left(texts: list[str]) -> None:
    true = {word for text in texts for word in words(text)}
    made_up = MadeUp(KEY, true)
    for text in texts:
        for make in (made_up.text, made_up.line, made_up.file_name):
            made = make(text).casefold()
            assert made != text.casefold()
            assert not [word for word in true if word in made and word not in "https example"]


def test_what_we_do_not_know_is_left_out(workspace: Workspace) -> None:
    build_sample(workspace)
    original = read(Api(workspace))
    secret = "unheard-of secret"
    for thing in (*original.databases, *original.data_sources, *original.pages):
        thing["new_part"] = secret
    for source in original.data_sources:
        source["properties"]["New"] = {
            "id": "nEw1",
            "name": "New",
            "type": "new_kind",
            "description": None,
            "new_kind": {"told": secret},
        }
    for page in original.pages:
        page["properties"]["New"] = {"id": "nEw1", "type": "new_kind", "new_kind": secret}
        page["icon"] = {"type": "new_icon", "new_icon": {"told": secret}}
        for answer in page["properties"].values():
            for part in answer.get("rich_text") or ():
                part["new_part"] = secret
                part["annotations"]["new_part"] = secret
    assert secret not in orjson.dumps(disguised(original, KEY)).decode()
