"""Points on which Notion's behaviour is not proven, each a named switch.

The rule: whatever recordings and documentation leave open is decided here and nowhere else,
so that a client can be tested under both answers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Switches:
    """How the local Notion answers where the real one is not known for certain.

    Attributes:
        unknown_property: Writing a property that the schema lacks: ``reject`` answers 400
            "X is not a property that exists.", ``ignore`` answers 200 and writes nothing.
        unknown_body_key: A key that the endpoint does not know in the body of a request: 400
            "should be not present" (as observed of some) or taken as absent.
        null_start_cursor: ``"start_cursor": null`` in a body: 400 or taken as absent.
        in_trash_in_query: ``in_trash`` or ``archived`` in a query body: 400 or taken as absent.
        mirror_bumps_stamp: Writing one side of a two-way relation also stamps the page on the
            other side.
        mirror_sends_event: Webhooks also tell of the page on the other side.
        trash_reaches_databases: A database below a trashed page or block says ``in_trash`` of
            itself (as observed: no; its pages do).
        trashed_targets: Ids of trashed pages in relations: ``hide`` or ``show``.
        empty_sorts: Rows without a value: ``last_ascending`` puts them last ascending and first
            descending, ``always_last`` last in both.
        walks: Rows that come and go between the pages of a query: ``live`` walks through the rows
            as they are then, ``frozen`` gives those that matched at the start, in their order.
        stamp_filter: A filter on a timestamp compares the ``minute`` that is shown or the
            ``exact`` instant behind it.
        trash_days: Days after which a page in the trash is gone for good (404); None is never.
        big_numbers: Whole numbers beyond 2^53 are kept as a ``double`` or ``exact``.
        text_unit: What the limit of 2,000 counts: UTF-16 code units or code points.
        oversize_status: HTTP status of a body over 500 KB.
        option_color_mismatch: A colour that differs from the existing option's: 400 or ignored.
        options_ignore_case: ``done`` names the option ``Done``.
        unknown_filter_option: A filter on an option that does not exist: matches nothing
            (``empty``) or 400 (``reject``).
        full_mentions: How many mentions of users in one text name the user in full; None is all
            (as recorded), 25 is what the documentation says.
        merge_segments: Adjacent segments of equal formatting are stored as one.
        formula_readback: A formula reads back with ``block_property`` references (as recorded)
            or with ``prop`` references (as announced).
        database_edit_bumps: PATCH of a database moves its ``last_edited_time`` (recordings: no).
        block_edit_bumps_page: A change of a block moves ``last_edited_time`` of its page.
        schema_edit_bumps_rows: A schema change stamps the rows too.
        trashed_data_source_query: Query of a trashed data source: ``empty`` list or
            ``not_found``.
        missing_relation_target: HTTP status when a relation names a page that is not there.
        type_change_keeps_id: A property that changes its type keeps its id.
        deleted_half: Deleting one side of a two-way relation leaves the other as a one-way
            relation (``single``) or deletes it too (``both``).
        unshared_relation_in_schema: A relation whose target is not shared still stands in the
            schema.
        search_returns_trashed_sources: Search without ``in_trash`` also lists trashed data
            sources (as recorded).
        async_task_seconds: How long an asynchronous task waits; 0 is until the next request.
        search_lag_seconds: Search sees a change only after this time.
        email_verified: Persons carry ``email_verified`` beside their address (as recorded since
            July 2026).
        week_starts_on: First day of the week that ``this_week`` means.
    """

    unknown_property: Literal["reject", "ignore"] = "reject"
    unknown_body_key: Literal["reject", "ignore"] = "reject"
    null_start_cursor: Literal["reject", "ignore"] = "reject"
    in_trash_in_query: Literal["reject", "ignore"] = "reject"
    mirror_bumps_stamp: bool = False
    mirror_sends_event: bool = False
    trash_reaches_databases: bool = False
    trashed_targets: Literal["hide", "show"] = "hide"
    empty_sorts: Literal["last_ascending", "always_last"] = "last_ascending"
    walks: Literal["live", "frozen"] = "live"
    stamp_filter: Literal["minute", "exact"] = "minute"
    trash_days: int | None = None
    big_numbers: Literal["double", "exact"] = "double"
    text_unit: Literal["utf16", "code_points"] = "utf16"
    oversize_status: Literal[400, 413] = 400
    option_color_mismatch: Literal["reject", "ignore"] = "reject"
    options_ignore_case: bool = True
    unknown_filter_option: Literal["empty", "reject"] = "empty"
    full_mentions: int | None = None
    merge_segments: bool = False
    formula_readback: Literal["block_property", "prop"] = "block_property"
    database_edit_bumps: bool = False
    block_edit_bumps_page: bool = False
    schema_edit_bumps_rows: bool = False
    trashed_data_source_query: Literal["empty", "not_found"] = "empty"
    missing_relation_target: Literal[404, 400] = 404
    type_change_keeps_id: bool = True
    deleted_half: Literal["single", "both"] = "single"
    unshared_relation_in_schema: bool = True
    search_returns_trashed_sources: bool = True
    async_task_seconds: float = 0.0
    search_lag_seconds: float = 0.0
    email_verified: bool = True
    week_starts_on: Literal["monday", "sunday"] = "monday"
