"""The local Notion in a real browser: what people do there is what the API then answers."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.select import Select

from notion_emulator.sample.people import person_id
from tests.browser.screen import Json, Notion, Screen


@pytest.fixture
def task(notion: Notion) -> str:
    """A task that is the test's own; it is the first of its table."""
    return notion.create("tasks", "Paint the door", **{"Estimated Time": {"number": 2}})


def plain(value: object) -> str:
    assert isinstance(value, list)
    return "".join(one["plain_text"] for one in value)


def changed(screen: Screen, page_id: str, name: str, wanted: object) -> None:
    """Wait for the edit to be done, then ask the API."""
    screen.closed()
    value = screen.notion.value(page_id, name)
    assert (
        plain(value) if isinstance(wanted, str) and isinstance(value, list) else value
    ) == wanted


def test_a_title_is_edited_without_the_page_being_loaded_again(screen: Screen, task: str) -> None:
    screen.table("tasks")
    screen.script("window.mark = 'here'")
    field = screen.edit(task, "Task Name")
    assert field.get_attribute("value") == "Paint the door"
    field.send_keys(" blue", Keys.ENTER)
    changed(screen, task, "Task Name", "Paint the door blue")
    assert "Paint the door blue" in screen.cell(task, "Task Name").text
    assert screen.script("return window.mark") == "here"
    assert screen.notion.page(task)["last_edited_by"]["id"] == person_id("robin")
    assert screen.focus == screen.cell(task, "Task Name")


def test_a_select_is_chosen_by_typing_and_by_pointing(screen: Screen, task: str) -> None:
    screen.table("tasks")
    screen.edit(task, "Status").send_keys("prog", Keys.ENTER)
    screen.closed()
    assert screen.notion.value(task, "Status")["name"] == "In Progress"
    screen.edit(task, "Status")
    next(one for one in screen.all("[role=option]") if one.text == "Done").click()
    screen.closed()
    assert screen.notion.value(task, "Status")["name"] == "Done"
    assert screen.cell(task, "Status").text == "Done"
    screen.edit(task, "Status").send_keys(Keys.BACKSPACE, Keys.ENTER)
    changed(screen, task, "Status", None)


def test_an_option_is_made_where_it_is_missing(screen: Screen, task: str) -> None:
    screen.table("tasks")
    field = screen.edit(task, "Tags")
    field.send_keys("Errand", Keys.ENTER, "tech", Keys.ENTER, Keys.ENTER)
    screen.closed()
    assert [one["name"] for one in screen.notion.value(task, "Tags")] == ["Errand", "Technical"]


def test_a_date_with_times_is_typed(screen: Screen, task: str) -> None:
    screen.table("tasks")
    screen.edit(task, "Due Date").send_keys("11242026")
    for name, keys in (("start_time", "0930AM"), ("end_day", "11252026"), ("end_time", "0600PM")):
        screen.find(f".editor [name={name}]").send_keys(keys)
    screen.press(Keys.ENTER)
    screen.closed()
    date = screen.notion.value(task, "Due Date")
    assert date["start"] == "2026-11-24T09:30:00.000+00:00"
    assert date["end"] == "2026-11-25T18:00:00.000+00:00"
    screen.edit(task, "Due Date")
    screen.find("[data-clear]").click()
    changed(screen, task, "Due Date", None)


def test_a_relation_is_picked_by_title(screen: Screen, notion: Notion, task: str) -> None:
    other = notion.create("workflow_instances", "A workflow to be found")
    screen.table("tasks")
    screen.edit(task, "Related Workflow Instance").send_keys("to be FOUND")
    wanted = f"[role=option][data-item='{other}']"
    screen.until(
        lambda: len(screen.all("[role=option]")) == 1 and screen.all(wanted), "it is not offered"
    )
    screen.press(Keys.ARROW_DOWN, Keys.ENTER)
    screen.find(f".picked input[value='{other}']")
    screen.press(Keys.ENTER)
    changed(screen, task, "Related Workflow Instance", [{"id": other}])
    assert "A workflow to be found" in screen.cell(task, "Related Workflow Instance").text
    assert {"id": task} in notion.value(other, "Related Tasks")


def test_people_are_picked_and_left_again(screen: Screen, task: str) -> None:
    screen.table("tasks")
    screen.edit(task, "Assigned To").send_keys("mina", Keys.ENTER, "sam", Keys.ENTER)
    screen.find(".editor [aria-label='Remove Mina Sandoval']").click()
    screen.find("h1").click()
    screen.closed()
    assert [one["id"] for one in screen.notion.value(task, "Assigned To")] == [person_id("sam")]


def test_a_file_is_linked(screen: Screen, notion: Notion) -> None:
    product = notion.create("products_services", "A print")
    screen.table("products_services")
    screen.edit(product, "Images").send_keys("https://example.org/print.png", Keys.ENTER)
    screen.closed()
    files = notion.value(product, "Images")
    assert [(one["name"], one["external"]["url"]) for one in files] == [
        ("print.png", "https://example.org/print.png")
    ]


def test_what_cannot_be_is_said_at_the_cell_and_can_be_put_right(screen: Screen, task: str) -> None:
    screen.table("tasks")
    screen.edit(task, "Estimated Time").send_keys("soon", Keys.ENTER)
    screen.until(lambda: screen.all(".wrong") and screen.all(".wrong")[0].text, "nothing is said")
    assert screen.find(".wrong").text == "“soon” is not a number. Write it like 1234.5"
    assert screen.find(".wrong").get_attribute("role") == "alert"
    assert screen.focus.get_attribute("value") == "soon"
    assert screen.notion.value(task, "Estimated Time") == 2
    screen.press(Keys.CONTROL + "a", "3.5", Keys.ENTER)
    changed(screen, task, "Estimated Time", 3.5)


def test_a_page_is_trashed_and_restored_where_it_stood(screen: Screen, task: str) -> None:
    screen.table("tasks")
    before = int(screen.find("#n-trash").text)
    screen.script("arguments[0].click()", screen.find(f"#r-{task} .act button"))
    restore = screen.find(f"#r-{task}.ghost button")
    assert "“Paint the door” is in the trash." in screen.find(f"#r-{task}").text
    assert screen.notion.page(task)["in_trash"] is True
    assert screen.find("#n-trash").text == str(before + 1)
    assert screen.focus == restore
    screen.press(Keys.ENTER)
    assert "Paint the door" in screen.cell(task, "Task Name").text
    assert screen.notion.page(task)["in_trash"] is False
    assert screen.find("#n-trash").text == str(before)


def test_a_page_is_restored_from_the_trash(screen: Screen, notion: Notion, task: str) -> None:
    screen.open(f"/pages/{task}")
    screen.find(".after button").click()
    screen.find(".banner")
    assert notion.page(task)["in_trash"] is True
    assert not screen.all("[data-edit]")
    screen.open("/trash")
    screen.find(f"button[hx-post='/pages/{task}/restore']").click()
    assert screen.find(".ghost").text.split() == ["Paint", "the", "door", "is", "back."]
    assert notion.page(task)["in_trash"] is False


def test_a_new_page_asks_for_its_title(screen: Screen, notion: Notion) -> None:
    screen.table("tasks")
    screen.find("button.new").click()
    screen.find(".editor:popover-open")
    made = str(screen.find("tr:has(.editor)").get_attribute("data-page"))
    screen.press("Oil the hinge", Keys.ENTER)
    changed(screen, made, "Task Name", "Oil the hinge")
    assert notion.page(made)["created_by"]["id"] == person_id("robin")


def test_an_edit_is_the_chosen_persons(screen: Screen, task: str) -> None:
    screen.table("tasks")
    Select(screen.find("[name=person]")).select_by_visible_text("Noor Haddad")
    screen.until(lambda: "Noor Haddad" in screen.script("return said.textContent"), "not said")
    screen.edit(task, "Notes").send_keys("seen", Keys.ENTER)
    changed(screen, task, "Notes", "seen")
    assert screen.notion.page(task)["last_edited_by"]["id"] == person_id("noor")
    assert "Noor Haddad" in screen.find(f"#w-{task}").text
    screen.table("tasks")
    assert Select(screen.find("[name=person]")).first_selected_option.text == "Noor Haddad"


def test_everything_can_be_done_by_keyboard(screen: Screen, task: str) -> None:
    screen.table("tasks")
    screen.press(Keys.TAB)
    assert screen.focus.text == "Skip to the content"
    screen.press(Keys.ENTER, Keys.TAB)
    assert screen.focus.get_attribute("id") == "words"
    screen.press(Keys.ARROW_DOWN)
    assert screen.focus == screen.cell(task, "Task Name")
    screen.press(Keys.ENTER)
    screen.find(".editor:popover-open")
    screen.press(" away", Keys.ESCAPE)
    changed(screen, task, "Task Name", "Paint the door")
    screen.press(Keys.ENTER)
    screen.find(".editor:popover-open")
    screen.press(" red", Keys.TAB)
    assert screen.focus == screen.cell(task, "Task ID")
    changed(screen, task, "Task Name", "Paint the door red")
    screen.press("T")
    screen.find(".editor:popover-open")
    screen.press("-1", Keys.ENTER)
    changed(screen, task, "Task ID", "T-1")
    screen.press(Keys.ARROW_RIGHT, Keys.ENTER)
    screen.find(".editor:popover-open")
    screen.press(Keys.ARROW_DOWN, Keys.ENTER)
    screen.closed()
    assert screen.notion.value(task, "Status") is not None
    screen.press(Keys.ARROW_DOWN, Keys.ARROW_UP, Keys.END)
    assert screen.focus.get_attribute("aria-label") == "Move “Paint the door red” to the trash"
    screen.press(Keys.ENTER)
    screen.find(f"#r-{task}.ghost button")
    assert screen.notion.page(task)["in_trash"] is True
    screen.press(Keys.ENTER)
    screen.cell(task, "Task Name")
    assert screen.notion.page(task)["in_trash"] is False


def test_escape_leaves_the_table(screen: Screen, task: str) -> None:
    screen.table("tasks")
    screen.cell(task, "Last Modified").click()
    screen.press(Keys.ENTER, Keys.ESCAPE)
    assert screen.focus.get_attribute("id") == "words"


def test_an_editor_that_comes_too_late_does_not_open(screen: Screen, task: str) -> None:
    screen.table("tasks")
    cell = screen.cell(task, "Task ID")
    screen.script("arguments[0].focus()", cell)
    # Both keys at once: the editor has been asked for and cannot be there yet.
    screen.script(
        "for (const key of ['Enter', 'Escape']) arguments[0].dispatchEvent("
        "new KeyboardEvent('keydown', {key, bubbles: true, cancelable: true}))",
        cell,
    )
    assert screen.focus.get_attribute("id") == "words"
    come = "return performance.getEntriesByType('resource').some(o => o.name.endsWith('/editor'))"
    screen.until(lambda: screen.script(come), "no editor was asked for")
    screen.until(lambda: not screen.all(".htmx-request"), "it does not come")
    assert not screen.all(".editor")
    assert screen.focus.get_attribute("id") == "words"


def test_a_box_is_ticked_on_its_cell(screen: Screen, notion: Notion) -> None:
    source = {"title": [{"text": {"content": "Lists"}}], "parent": {"workspace": True}}
    schema: Json = {"Name": {"title": {}}, "Paid": {"checkbox": {}}}
    made = notion.api(
        "POST", "/databases", {**source, "initial_data_source": {"properties": schema}}
    )
    parent = {"data_source_id": made["data_sources"][0]["id"]}
    page = notion.api("POST", "/pages", {"parent": parent, "properties": {}})["id"]
    screen.open(f"/databases/{parent['data_source_id']}")
    screen.cell(page, "Paid").click()
    screen.find(f"#r-{page} [aria-checked=true]")
    assert notion.value(page, "Paid") is True
    screen.press(" ")
    screen.find(f"#r-{page} [aria-checked=false]")
    assert notion.value(page, "Paid") is False
    notion.api("PATCH", f"/databases/{made['id']}", {"in_trash": True})


def test_the_filter_and_the_headers_change_the_table_in_place(screen: Screen, task: str) -> None:
    screen.table("tasks")
    screen.script("window.mark = 'here'")
    screen.find("#words").send_keys("paint the")
    screen.until(lambda: "q=paint" in screen.driver.current_url, "the address stays")
    screen.until(lambda: 0 < len(screen.all("#rows tr")) < 20, "nothing is filtered")
    assert screen.focus.get_attribute("id") == "words"
    next(one for one in screen.all("th a") if one.text == "Task Name").click()
    screen.find("th[aria-sort=ascending]")
    assert task in [one.get_attribute("data-page") for one in screen.all("#rows tr")]
    assert screen.script("return window.mark") == "here"


def test_it_fits_a_phone(screen: Screen, task: str) -> None:
    screen.look(390, 844)
    width = "return document.documentElement.scrollWidth"
    for path in (f"/pages/{task}", "/trash"):
        screen.open(path)
        assert screen.script(width) <= 390
    screen.table("tasks")
    screen.edit(task, "Due Date")
    box = screen.find(".editor").rect
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    screen.press(Keys.ESCAPE)
    assert screen.script(width) <= 390
    menu = screen.find(".menu")
    menu.click()
    assert menu.get_attribute("aria-expanded") == "true"
    screen.until(lambda: screen.find("#side").rect["x"] == 0, "the side bar stays away")
    screen.press(Keys.ESCAPE)
    assert menu.get_attribute("aria-expanded") == "false"


def test_it_is_dark_when_the_browser_is(screen: Screen) -> None:
    lightness = "return getComputedStyle(document.body).backgroundColor"
    screen.table("tasks")
    assert screen.script(lightness) == "rgb(255, 255, 255)"
    screen.look(1280, 800, dark=True)
    assert screen.script(lightness) == "rgb(25, 25, 25)"


@pytest.mark.parametrize("kind", ["title", "select", "date", "relation", "people"])
def test_whatever_can_be_used_has_a_name(screen: Screen, task: str, kind: str) -> None:
    screen.table("tasks")
    cell = screen.find(f"#r-{task} .k-{kind}")
    screen.script("arguments[0].scrollIntoView({inline: 'nearest'})", cell)
    cell.click()
    screen.find(".editor:popover-open")
    used = screen.all("button, a[href], input:not([type=hidden]), select, textarea, [role=dialog]")
    nameless = [
        one.get_attribute("outerHTML")
        for one in used
        if one.is_displayed() and not one.accessible_name
    ]
    assert nameless == []
