"""The facts that the sample is held to, and the workspaces that hold it."""

from pathlib import Path

import pytest
import yaml

from tests.sample.reading import Contents, Json, generate, make_sample

FACTS = Path(__file__).parents[1] / "facts" / "data_dictionary.yaml"


@pytest.fixture(scope="session")
def databases() -> list[Json]:
    """The sixteen databases of the data dictionary."""
    facts: Json = yaml.safe_load(FACTS.read_text("utf-8"))
    found: list[Json] = facts["databases"]
    return found


@pytest.fixture(scope="session")
def two_way() -> list[tuple[str, str]]:
    """The two-way relations of the data dictionary, as pairs of "table.property"."""
    return [
        (one, other) for one, other in yaml.safe_load(FACTS.read_text("utf-8"))["two_way_relations"]
    ]


@pytest.fixture(scope="session")
def sample() -> Contents:
    """A workspace with the records made by hand."""
    return make_sample()


@pytest.fixture(scope="session")
def generated() -> Contents:
    """A workspace with 2,000 generated records."""
    return generate(2000, seed=7)
