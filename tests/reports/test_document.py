"""docs/reports.md tells of the reports as they are."""

from typing import Any

import psycopg

from tests.reports.document import PAGE, page


def test_the_page_is_what_the_reports_give_today(
    sample: psycopg.Connection[dict[str, Any]],
) -> None:
    kept = PAGE.read_text(encoding="utf-8") if PAGE.is_file() else ""
    assert kept == page(sample), "write it again: .venv/bin/python -m tests.reports.document"
