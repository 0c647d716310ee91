"""A real browser at the face of a local Notion that runs as a program.

Rule: what happened is asked of the API, with the token that the program printed. Where there is
no Chromium these tests are left out and say so.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from tests.browser.screen import PATIENCE, Notion, Screen

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
SWITCHES = (
    "--headless",
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--lang=en-US",
    "--window-size=1280,800",
)


@pytest.fixture(scope="session")
def notion() -> Iterator[Notion]:
    """The sample workspace, served as people serve it."""
    program = subprocess.Popen(
        [sys.executable, "-m", "notion_emulator", "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert program.stdout is not None
    said: dict[str, str] = {}
    while not {"NOTION_API_URL", "NOTION_API_TOKEN"} <= said.keys():
        name, _, word = program.stdout.readline().strip().partition("=")
        assert name, "the local Notion did not start"
        said[name] = word
    yield Notion(said["NOTION_API_URL"], said["NOTION_API_TOKEN"])
    program.send_signal(signal.SIGINT)
    program.communicate(timeout=PATIENCE)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Chrome]:
    """A Chromium that nobody has used before."""
    if CHROMIUM is None or DRIVER is None:
        pytest.skip("Chromium is missing (on Debian: apt-get install chromium chromium-driver)")
    profile = Path(tempfile.mkdtemp(prefix="local-notion-browser-"))
    options = Options()
    options.binary_location = CHROMIUM
    for switch in (*SWITCHES, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()
    shutil.rmtree(profile, ignore_errors=True)


@pytest.fixture
def screen(chromium: Chrome, notion: Notion) -> Iterator[Screen]:
    """A browser that starts as nobody in particular; it must not complain."""
    screen = Screen(chromium, notion)
    chromium.delete_all_cookies()
    screen.complaints()
    yield screen
    assert screen.complaints() == []
