"""What is found in Notion, and what is wrong with it.

Rule: data alone. What was not seen is absent, which is not the same as empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from accord.core.record import Sighting
from accord.core.schema import Collection
from accord.core.values import printable


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that could not be brought into step, in words for people.

    Args:
        table: the collection's table; "" where the whole round is meant.
        reason: what is wrong.
        remedy: what to do.
        page_id: the page, where one record is meant.
        record: the record's title, so that a person finds it.
        property: the property's title, where one is meant.
        row_id: the row, where one record is meant that has no page.
        ignored: a person said that it need not be told any more.
    """

    table: str
    reason: str
    remedy: str
    page_id: str | None = None
    record: str = ""
    property: str = ""
    row_id: str | None = None
    ignored: bool = False

    def __post_init__(self) -> None:
        for part in ("reason", "remedy", "record", "property"):
            object.__setattr__(self, part, printable(getattr(self, part)))


@dataclass(frozen=True, slots=True)
class User:
    """A person or bot of the Notion workspace; ``kind`` is person, bot or group."""

    id: str
    name: str | None = None
    email: str | None = None
    avatar_url: str | None = None
    kind: str = "person"


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the ledger remembers of one data source.

    Args:
        table: the collection's table.
        database_id: the Notion database.
        data_source_id: its data source.
        properties: property id (as Notion writes it) -> (title, type), as last seen.
        watermark: everything edited before this moment is in step, or will be when the first
            walk is finished; None: no walk was ever begun.
        walked_to: the first walk is not finished and goes on from this creation time; None: it is.
    """

    table: str
    database_id: str
    data_source_id: str
    properties: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    watermark: datetime | None = None
    walked_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Binding:
    """How the fields of a collection are found in its data source now.

    Args:
        collection: the declared collection.
        database_id: the Notion database.
        data_source_id: its data source.
        fields: field name -> property id (as Notion writes it). A field whose property is gone
            or has another type is not here: it is frozen on both sides. The managed properties
            that are there are here too.
        properties: property id -> (title, type): all that the data source has. A field's property
            stands under its declared title, so that it is known again after a rename.
        statuses: field name -> the options of a status, of which a write can make no new ones.

    Attributes:
        bound: the property ids of ``fields``.
        titles: the declared titles.
        undeclared: the ids of the properties that no model declares, by id or by title.
    """

    collection: Collection
    database_id: str
    data_source_id: str
    fields: Mapping[str, str]
    properties: Mapping[str, tuple[str, str]]
    statuses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bound: frozenset[str] = field(init=False, repr=False, compare=False)
    titles: frozenset[str] = field(init=False, repr=False, compare=False)
    undeclared: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        bound = frozenset(self.fields.values())
        titles = frozenset(declared.title for declared in self.collection.fields)
        known = self.properties.items()
        others = frozenset(i for i, (title, _) in known if i not in bound and title not in titles)
        object.__setattr__(self, "bound", bound)
        object.__setattr__(self, "titles", titles)
        object.__setattr__(self, "undeclared", others)


@dataclass(frozen=True, slots=True)
class Survey:
    """What was found of the declared databases, by table, and what was not."""

    bindings: Mapping[str, Binding]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer of a walk.

    Args:
        sightings: the pages that could be read.
        refused: the pages that could not, each with its reason; the others go on.
        notes: what is worth telling though nothing was lost, as an option that no model declares.
        users: the people seen in the pages.
        walked_to: the creation time of the last page: where an interrupted walk goes on.
        more: whether the walk goes on.
    """

    sightings: tuple[Sighting, ...]
    refused: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = ()
    users: tuple[User, ...] = ()
    walked_to: datetime | None = None
    more: bool = False


class Fate(StrEnum):
    """What a GET says of a page that a listing did not show."""

    ALIVE = "alive"
    TRASHED = "trashed"
    ARCHIVED = "archived"
    MOVED = "moved"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Found:
    """The answer to a GET of one page.

    Args:
        fate: what became of it.
        sighting: None when it was moved, is lost or refused.
        users: the people seen in it.
        notes: what is worth telling.
        refused: why it could not be read.
        moved_to: the data source in which it is now, where it was moved.
    """

    fate: Fate
    sighting: Sighting | None = None
    users: tuple[User, ...] = ()
    notes: tuple[Problem, ...] = ()
    refused: Problem | None = None
    moved_to: str | None = None
