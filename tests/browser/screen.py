"""What a test does and sees in a browser, and what the API of the local Notion says to it.

Rule: nothing waits for a time, only for what is to be seen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx2
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from notion_emulator.sample.schema import fixed_id

Json = dict[str, Any]

PATIENCE = 20


@dataclass(frozen=True)
class Notion:
    """A local Notion that is served: its address, and its API."""

    url: str
    token: str

    def api(self, method: str, path: str, body: object = None) -> Json:
        headers = {"Authorization": f"Bearer {self.token}", "Notion-Version": "2026-03-11"}
        answer = httpx2.request(method, f"{self.url}/v1{path}", headers=headers, json=body)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    def page(self, page_id: str) -> Json:
        return self.api("GET", f"/pages/{page_id}")

    def value(self, page_id: str, name: str) -> Any:
        prop = self.page(page_id)["properties"][name]
        return prop[prop["type"]]

    def create(self, table: str, title: str, **properties: Json) -> str:
        parent = {"data_source_id": fixed_id("data_source", table)}
        values = {"title": {"title": [{"text": {"content": title}}]}, **properties}
        page = self.api("POST", "/pages", {"parent": parent, "properties": values})
        return str(page["id"])


class Screen:
    """What a person does in a browser, and what is to be seen there."""

    def __init__(self, driver: Chrome, notion: Notion) -> None:
        self.driver = driver
        self.notion = notion
        self.look(1280, 800)

    def look(self, width: int, height: int, *, dark: bool = False) -> None:
        """Take a screen of this size and a light or dark one."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})

    def open(self, path: str) -> None:
        self.driver.get(self.notion.url + path)

    def table(self, key: str, query: str = "") -> None:
        self.open(f"/databases/{fixed_id('data_source', key)}{query}")

    def until(self, seen: Callable[[], object], what: str) -> Any:
        """Wait until something is seen."""
        wait = WebDriverWait(
            self.driver, PATIENCE, ignored_exceptions=[StaleElementReferenceException]
        )
        return wait.until(lambda _: seen(), what)

    def find(self, selector: str) -> WebElement:
        """Wait for an element and return it."""
        found = self.until(lambda: self.all(selector), f"no {selector}")
        element: WebElement = found[0]
        return element

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def script(self, code: str, *arguments: object) -> Any:
        return self.driver.execute_script(code, *arguments)

    def cell(self, page_id: str, name: str) -> WebElement:
        """The cell of a page below the header of this name."""
        at = self.script(
            "return [...document.querySelectorAll('thead th')]"
            ".findIndex(one => one.textContent.trim() === arguments[0])",
            name,
        )
        cell = self.find(f"#r-{page_id} > td:nth-child({at + 1})")
        self.script("arguments[0].scrollIntoView({block: 'nearest', inline: 'nearest'})", cell)
        return cell

    def edit(self, page_id: str, name: str) -> WebElement:
        """Click a cell; return the field that then has the focus."""
        self.cell(page_id, name).click()
        self.find(".editor:popover-open")
        return self.focus

    @property
    def focus(self) -> WebElement:
        return self.driver.switch_to.active_element

    def press(self, *keys: str) -> None:
        for key in keys:
            self.focus.send_keys(key)

    def closed(self) -> None:
        """Wait until no editor is open."""
        self.until(lambda: not self.all(".editor"), "the editor stays open")

    def complaints(self) -> list[str]:
        """What the browser has to say against the pages since it was last asked."""
        said = self.driver.execute("getLog", {"type": "browser"})["value"]
        return [
            one["message"]
            for one in said
            if one["level"] == "SEVERE" and "status of 422" not in one["message"]
        ]
