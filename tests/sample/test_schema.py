"""The databases of the sample are those of the data dictionary, property by property."""

from typing import Any
from uuid import RFC_4122, UUID

from tests.sample.reading import Contents, Json


def properties(contents: Contents, database: Json) -> Json:
    found: Json = contents.schemas[database["env"]]["properties"]
    return found


def test_every_database_has_its_title_and_its_properties(
    sample: Contents, databases: list[Json]
) -> None:
    assert len(databases) == 16
    for database in databases:
        facts = [*database["properties"], *database["computed_in_notion"]]
        wanted = {fact["name"]: fact["type"] for fact in facts}
        found = properties(sample, database)
        title = sample.schemas[database["env"]]["title"][0]["plain_text"]
        assert title == database["title"]
        assert {name: config["type"] for name, config in found.items()} == wanted


def test_options_and_number_formats_are_the_dictionarys(
    sample: Contents, databases: list[Json], generated: Contents
) -> None:
    for database in databases:
        for fact in database["properties"]:
            config = properties(sample, database)[fact["name"]]
            if fact["type"] in {"select", "multi_select"}:
                # values with an unknown option add theirs at the end, as in Notion
                names = [option["name"] for option in config[fact["type"]]["options"]]
                assert names[: len(fact["options"])] == fact["options"]
            elif fact["type"] == "number":
                assert config["number"]["format"] == fact["format"]
    assert set(generated.schemas) == set(sample.schemas)


def test_relations_lead_where_the_dictionary_says_and_pairs_are_one(
    sample: Contents, databases: list[Json], two_way: list[tuple[str, str]]
) -> None:
    sources = {one["table"]: sample.environment[one["env"]] for one in databases}
    mirrors = dict([*two_way, *((other, one) for one, other in two_way)])
    configs = {
        f"{database['table']}.{name}": config
        for database in databases
        for name, config in properties(sample, database).items()
    }
    for database in databases:
        for fact in database["properties"]:
            if fact["type"] != "relation":
                continue
            key = f"{database['table']}.{fact['name']}"
            relation = configs[key]["relation"]
            assert relation["data_source_id"] == sources[fact["to"]]
            if key not in mirrors:
                assert relation["type"] == "single_property"
                continue
            assert relation["type"] == "dual_property"
            other = configs[mirrors[key]]
            assert relation["dual_property"]["synced_property_id"] == other["id"]
            assert relation["dual_property"]["synced_property_name"] == other["name"]


def test_formulas_yield_the_type_that_the_dictionary_gives(
    sample: Contents, generated: Contents, databases: list[Json]
) -> None:
    for contents in (sample, generated):
        for database in databases:
            wanted = {
                fact["name"]: fact["result"]
                for fact in database["computed_in_notion"]
                if fact["type"] == "formula"
            }
            for page in contents.pages[database["env"]]:
                found = {
                    name: value["formula"]["type"]
                    for name, value in page["properties"].items()
                    if value["type"] == "formula"
                }
                assert found == wanted


def test_the_environment_names_every_database_by_the_same_valid_id(
    sample: Contents, generated: Contents, databases: list[Json]
) -> None:
    names = {database["env"] for database in databases}
    assert set(sample.environment) == names | {"NOTION_API_TOKEN"}
    for name in names:
        identity = UUID(sample.environment[name])
        assert identity.variant == RFC_4122
        assert generated.environment[name] == str(identity)


def test_what_people_write_is_filled_somewhere_in_every_property(
    sample: Contents, generated: Contents, databases: list[Json]
) -> None:
    empty: list[Any] = [None, [], "", {}]
    for database in databases:
        pages = sample.pages[database["env"]] + generated.pages[database["env"]]
        for fact in database["properties"]:
            values = [page["properties"][fact["name"]][fact["type"]] for page in pages]
            filled = any(value not in empty for value in values)
            # what the synchronisation itself writes, nobody has written yet
            assert filled != fact.get("managed", False), f"{database['table']}.{fact['name']}"
