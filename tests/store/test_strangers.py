"""Which row a page that has none belongs to."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from accord.core.ports import Stranger
from accord.core.values import Text
from accord.supabase.door import PostgresDoor
from accord.supabase.replica import Supabase
from tests.store.store import Store, new, page, row


def rows_for(
    store: Store, *strangers: Stranger, table: str = "contacts_profiles", key: str | None = "email"
) -> dict[str, tuple[str, ...]]:
    collection = replace(store.collection(table), match_key=key)

    async def ask(door: PostgresDoor) -> dict[str, tuple[str, ...]]:
        return await Supabase(door).rows_for(collection, strangers)

    return store.run(partial(ask))


def contact(store: Store, name: str, **values: object) -> None:
    names = "".join(f", {column}" for column in values)
    store.person(
        f"insert into contacts_profiles (id{names}) values (%s{', %s' * len(values)})",
        row(name), *values.values(),
    )  # fmt: skip


def test_first_who_names_the_page_then_whom_it_names_then_who_is_like_it(store: Store) -> None:
    contact(store, "like", email="ada@example.org")
    contact(store, "alike", email="ada@example.org")
    contact(store, "named")
    contact(store, "naming", notion_page_id=page("p"))
    ada = Stranger(page("p"), row("named").upper(), "ada@example.org")
    found = rows_for(store, ada, Stranger(page("q"), "no id", "bob@example.org"))
    like = sorted([row("like"), row("alike")])
    assert found == {page("p"): (row("naming"), row("named"), *like)}
    assert rows_for(store, ada, key=None) == {page("p"): (row("naming"), row("named"))}
    twice = replace(ada, supabase_id=row("naming"))
    assert rows_for(store, twice, key=None) == {page("p"): (row("naming"),)}
    assert rows_for(store) == {}


def test_rows_that_are_taken_or_gone_are_no_candidates(store: Store) -> None:
    store.done("contacts_profiles", new("linked", email="ada@example.org"))
    contact(store, "gone", email="ada@example.org", deleted_at="2026-01-01")
    contact(store, "taken", email="ada@example.org", notion_page_id=page("other"))
    contact(store, "buried", notion_page_id=page("p"), deleted_at="2026-01-01")
    for name in ("linked", "gone", "taken", "buried", "nobody"):
        assert rows_for(store, Stranger(page("p"), row(name), "ada@example.org")) == {}, name


def test_an_empty_key_is_like_nothing(store: Store) -> None:
    contact(store, "c")
    assert rows_for(store, Stranger(page("p"))) == {}


def test_keys_are_compared_as_their_columns_hold_them(store: Store) -> None:
    contact(store, "c", full_name="Ada")
    formatted = Text(
        "Ada", '[{"annotations":{"bold":true},"text":{"content":"Ada"},"type":"text"}]'
    )
    assert rows_for(store, Stranger(page("p"), None, formatted), key="full_name") == {
        page("p"): (row("c"),)
    }
    store.person("insert into products_services (id, price) values (%s, 49.50)", row("p"))
    found = rows_for(store, Stranger(page("p"), None, 49.5), table="products_services", key="price")
    assert found == {page("p"): (row("p"),)}
