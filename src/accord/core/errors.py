"""Every error that accord raises on purpose.

Rule: one root, three branches, by whose turn it is to act::

    AccordError
    ├── YourError          the configuration, the models, the command line
    │   ├── ConfigurationError
    │   ├── ModelError
    │   └── UsageError
    ├── TheirError         Notion or Supabase answered no, or not at all
    │   ├── NotionError    (its own tree lives in accord.notion.errors)
    │   ├── SupabaseError  (its own tree lives in accord.supabase.errors)
    │   └── BusyError      another run is at work
    └── OurError           a bug in accord

Each message says what is wrong, where, and what to do. No message carries a secret.
"""

from __future__ import annotations

from collections.abc import Iterable


class AccordError(Exception):
    """Root of the tree: catch this to catch everything accord raises on purpose."""


class YourError(AccordError):
    """Something you wrote has to change; ``problems`` lists all of it at once."""

    def __init__(self, problems: Iterable[str] | str) -> None:
        self.problems: tuple[str, ...] = (
            (problems,) if isinstance(problems, str) else tuple(problems)
        )
        super().__init__("\n".join(self.problems))


class ConfigurationError(YourError):
    """The environment or pyproject.toml is incomplete or contradicts itself."""


class ModelError(YourError):
    """A declaration in the models cannot be right."""


class UsageError(YourError):
    """The command line asks for something that does not exist."""


class TheirError(AccordError):
    """The other side refused or did not answer.

    Args:
        message: what happened, in words for people.
        remedy: what to do about it.
        retry_after: seconds to wait before trying again, when the other side said so.
    """

    def __init__(self, message: str, *, remedy: str = "", retry_after: float | None = None) -> None:
        self.message = message
        self.remedy = remedy
        self.retry_after = retry_after
        super().__init__(f"{message} {remedy}".strip())


class NotionError(TheirError):
    """Notion refused or did not answer.

    Attributes:
        surely_not_applied: whether a write has certainly not been carried out. When it is False
            a write may have happened, or may still happen: look before repeating it.
        committed_resource_id: what was written although the answer was an error.
        about_one_record: whether it concerns the one record that was asked for; else the next
            request would fail the same way.
        page_is_gone: whether the page that was asked for cannot be written any more: it is in the
            trash, or cannot be seen. Look at it again.
        passes: whether the very same may succeed in a while, although it concerns one record.
    """

    surely_not_applied: bool = True
    committed_resource_id: str | None = None
    about_one_record: bool = False
    page_is_gone: bool = False
    passes: bool = False


class SupabaseError(TheirError):
    """Supabase (Postgres) refused or did not answer."""


class BusyError(TheirError):
    """Another run is at work, or has taken over from this one."""


class OurError(AccordError):
    """This should be impossible: please report it with the message."""


class ValueRefusedError(AccordError):
    """One value cannot be carried; the record that holds it is named, the others go on.

    Args:
        field: the title of the property, as staff see it.
        reason: what is wrong with the value.
        remedy: what to do about it.
    """

    def __init__(self, field: str, reason: str, remedy: str) -> None:
        self.field = field
        self.reason = reason
        self.remedy = remedy
        super().__init__(f"{field}: {reason}. {remedy}")
