"""What others change while a page is open is shown there, and disturbs nobody at work."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys

from tests.browser.screen import Json, Notion, Screen


@pytest.fixture
def task(notion: Notion) -> str:
    """A task that is the test's own; it is the first of its table."""
    return notion.create("tasks", "Paint the fence")


def text(content: str) -> list[Json]:
    return [{"text": {"content": content}}]


def write(screen: Screen, page_id: str, name: str, value: Json) -> None:
    screen.notion.api("PATCH", f"/pages/{page_id}", {"properties": {name: value}})


def shows(screen: Screen, page_id: str, name: str, wanted: str) -> None:
    screen.until(lambda: wanted in screen.cell(page_id, name).text, f"{name} is not {wanted}")


def test_an_open_table_follows_what_others_do(screen: Screen, task: str) -> None:
    screen.table("tasks")
    screen.script("window.mark = 'here'")
    before = int(screen.find("[aria-current] .count").text)
    write(screen, task, "Status", {"select": {"name": "Blocked"}})
    shows(screen, task, "Status", "Blocked")
    assert "Local integration" in screen.find(f"#w-{task}").text
    other = screen.notion.create("tasks", "Oil the gate")
    screen.until(
        lambda: screen.all("#rows > tr")[0].get_attribute("data-page") == other, "no new row"
    )
    assert screen.find("[aria-current] .count").text == str(before + 1)
    screen.edit(other, "Task Name").send_keys(" twice", Keys.ENTER)
    screen.closed()
    assert screen.notion.value(other, "Task Name")[0]["plain_text"] == "Oil the gate twice"
    screen.cell(task, "Task Name").click()
    screen.press(Keys.ESCAPE, Keys.ESCAPE)
    screen.notion.api("PATCH", f"/pages/{other}", {"in_trash": True})
    screen.until(lambda: not screen.all(f"#r-{other}"), "a trashed page stays")
    screen.notion.api("PATCH", f"/pages/{other}", {"in_trash": False})
    screen.find(f"#r-{other}")
    assert screen.script("return window.mark") == "here"


def test_a_cell_that_is_being_edited_is_left_alone_until_it_is_closed(
    screen: Screen, task: str
) -> None:
    screen.table("tasks")
    field = screen.edit(task, "Notes")
    field.send_keys("typed, not sent")
    write(screen, task, "Notes", {"rich_text": text("by somebody else")})
    write(screen, task, "Task ID", {"rich_text": text("T-77")})
    shows(screen, task, "Task ID", "T-77")  # so the other change has been seen too
    assert screen.focus == field
    assert field.get_attribute("value") == "typed, not sent"
    screen.press(Keys.ESCAPE)
    shows(screen, task, "Notes", "by somebody else")
    screen.closed()
    assert screen.focus == screen.cell(task, "Notes")


def test_the_focus_stays_on_a_cell_that_changes(screen: Screen, task: str) -> None:
    screen.table("tasks")
    screen.cell(task, "Last Modified").click()
    screen.press(Keys.ARROW_LEFT)
    name = screen.focus.get_attribute("data-key")
    write(screen, task, "Sync Status", {"rich_text": text("in step")})
    shows(screen, task, "Sync Status", "in step")
    assert screen.focus == screen.cell(task, "Sync Status")
    assert screen.focus.get_attribute("data-key") == name


def test_a_column_that_is_renamed_is_renamed_in_the_open_table(
    screen: Screen, notion: Notion
) -> None:
    body: Json = {"parent": {"workspace": True}, "title": text("Lists")}
    schema: Json = {"Name": {"title": {}}, "Paid": {"checkbox": {}}}
    body["initial_data_source"] = {"properties": schema}
    made = notion.api("POST", "/databases", body)
    source = made["data_sources"][0]["id"]
    screen.open(f"/databases/{source}")
    assert screen.find(".none").text == "No pages yet."
    page = notion.api("POST", "/pages", {"parent": {"data_source_id": source}})["id"]
    screen.find(f"#r-{page}")
    assert not screen.all(".none")
    change = {"properties": {"Paid": {"name": "Settled"}}}
    notion.api("PATCH", f"/data_sources/{source}", change)
    screen.until(lambda: "Settled" in screen.find("thead").text, "the column keeps its name")
    notion.api("PATCH", f"/databases/{made['id']}", {"in_trash": True})
    screen.until(
        lambda: source not in screen.script("return places.innerHTML"), "it stays in the side bar"
    )


def test_an_open_page_shows_its_body_and_comments_as_they_come(screen: Screen, task: str) -> None:
    screen.open(f"/pages/{task}")
    block = {"to_do": {"rich_text": text("Buy paint"), "checked": True}}
    screen.notion.api("PATCH", f"/blocks/{task}/children", {"children": [block]})
    screen.until(lambda: "Buy paint" in screen.find("#body").text, "no body")
    remark = {"parent": {"page_id": task}, "rich_text": text("Which blue?")}
    screen.notion.api("POST", "/comments", remark)
    screen.until(lambda: "1 comment" in screen.find("#remarks").text, "no comment")
    write(screen, task, "Task Name", {"title": text("Paint it blue")})
    screen.until(lambda: "Paint it blue" in screen.find("#crumbs").text, "another title")
    screen.notion.api("PATCH", f"/pages/{task}", {"in_trash": True})
    screen.find(".banner")
    assert not screen.all("[data-edit]")


def test_a_local_notion_that_does_not_answer_is_told_of_until_it_does(
    screen: Screen, task: str
) -> None:
    screen.table("tasks")
    network = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
    screen.driver.execute_cdp_cmd("Network.enable", {})
    screen.driver.execute_cdp_cmd("Network.emulateNetworkConditions", {**network, "offline": True})
    try:
        screen.until(lambda: "does not answer" in screen.find("#trouble").text, "nothing is said")
        write(screen, task, "Task ID", {"rich_text": text("T-78")})
    finally:
        screen.driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions", {**network, "offline": False}
        )
        screen.driver.execute_cdp_cmd("Network.disable", {})
    shows(screen, task, "Task ID", "T-78")
    assert not screen.find("#trouble").is_displayed()
    assert all("ERR_INTERNET_DISCONNECTED" in one for one in screen.complaints())


HOLD_ONE_ANSWER = """
const real = window.fetch;
window.fetch = async (address, options) => {
  const answer = await real(address, options);
  if (!String(address).includes("/news") && !window.held) {
    window.held = true;
    await new Promise((go) => { window.go = go; });
  }
  return answer;
};
"""


def test_what_was_asked_before_a_person_acted_does_not_undo_it_on_the_screen(
    screen: Screen, task: str
) -> None:
    other = screen.notion.create("tasks", "Oil the hinges")
    screen.table("tasks")
    screen.script(HOLD_ONE_ANSWER)
    write(screen, other, "Status", {"select": {"name": "Blocked"}})
    screen.until(lambda: screen.script("return window.held"), "the page is not asked for")
    screen.find(f"#r-{task} [aria-label^='Move']").click()
    screen.find(f"#r-{task}.ghost button")
    screen.script("document.activeElement.blur(); window.go()")
    shows(screen, other, "Status", "Blocked")
    assert screen.all(f"#r-{task}.ghost button")
