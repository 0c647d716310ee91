"""What a person at a terminal sees of a round."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from rich.console import Console

from accord import screen
from accord.sync.report import Count, Direction, Report, Tally

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def shown(monkeypatch: pytest.MonkeyPatch, report: Report, width: int) -> str:
    page = io.StringIO()
    monkeypatch.setattr(screen, "OUT", Console(file=page, width=width))
    screen.show_report(report)
    return page.getvalue()


def report_of(**counts: int) -> Report:
    report = Report(Direction.BOTH, dry_run=False, started_at=NOW, ended_at=NOW)
    tally = Tally("tasks", "A database with a rather long name")
    tally.counts.update({Count(what): n for what, n in counts.items()})
    report.tallies["tasks"] = tally
    return report


def test_columns_in_which_nothing_happened_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, report_of(pages=7, pages_updated=2, stamped=1), 80)
    assert "stamped" in text
    assert "trashed" not in text
    assert "conflicts" not in text
    assert "Written: 2 pages in Notion and the stamps of 1 page." in " ".join(text.split())


@pytest.mark.parametrize("width", [60, 80, 120, 200])
def test_a_report_is_never_wider_than_the_terminal(
    monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    report = report_of(**{str(what): 1_234_567 for what in Count})
    text = shown(monkeypatch, report, width)
    assert max(map(len, text.splitlines())) <= width
    assert text.count("1,234,567") >= 2 * 11  # nothing is cut off
