"""Blocks as enhanced markdown and back: what one says, the other understands."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notion_emulator import Workspace
from notion_emulator.markdown.reading import read_blocks
from tests.emulator.client import Api, Clock

Json = dict[str, Any]

PAGE = r"""# One {color="red"}
## Two {toggle="true"}
	inside the toggle
	- bullet
		1. first
		2. second {color="blue_bg"}
- [ ] open
- [x] done
> said<br>twice
---
<empty-block/>
plain **bold** *italic* ~~gone~~ `code` [link](https://example.org) $`x^2`$
<span underline="true" color="yellow_bg">marked</span>
\# no heading, 2 \* 3 \< 7
<details color="gray">
<summary>More</summary>
	hidden
</details>
<callout icon="💡" color="gray_bg">
	Mind the gap
	- and this
</callout>
```python
if x:
	print("**")
```
$$
e = mc^2
$$
<table header-row="true">
	<tr>
		<td>A</td>
		<td>**B**</td>
	</tr>
	<tr>
		<td></td>
		<td>2</td>
	</tr>
</table>
<columns>
	<column>
		left
	</column>
	<column>
		right
	</column>
</columns>
![A picture](https://example.org/a.png)
<video src="https://example.org/a.mp4">A film</video>
<table_of_contents color="gray"/>
<synced_block>
	the same everywhere
</synced_block>"""


def markdown(api: Api, page: str) -> str:
    return str(api.get(f"/v1/pages/{page}/markdown")["markdown"])


def change(api: Api, page: str, kind: str, status: int = 200, **command: Any) -> Json:
    return api.patch(f"/v1/pages/{page}/markdown", {"type": kind, kind: command}, status)


def blocks(api: Api, holder: str) -> list[Json]:
    return list(api.get(f"/v1/blocks/{holder}/children")["results"])


@pytest.fixture
def page(workspace: Workspace) -> str:
    return str(workspace.create_page({"parent": {"workspace": True}})["id"])


DRAWN = """<table header-row="true">
	<tr>
		<td>A</td>
		<td>B \\| C</td>
	</tr>
	<tr>
		<td>1</td>
		<td></td>
	</tr>
</table>"""


# ---- the format


def test_what_is_written_reads_back_the_same(api: Api, page: str) -> None:
    change(api, page, "replace_content", new_str=PAGE)
    answer = api.get(f"/v1/pages/{page}/markdown")
    assert answer["markdown"] == PAGE
    assert (answer["truncated"], answer["unknown_block_ids"]) == (False, [])


def test_markdown_becomes_the_blocks_that_it_says(api: Api, page: str) -> None:
    change(api, page, "replace_content", new_str=PAGE)
    found = blocks(api, page)
    assert [one["type"] for one in found] == [
        *("heading_1", "heading_2", "to_do", "to_do", "quote", "divider", "paragraph"),
        *("paragraph", "paragraph", "paragraph", "toggle", "callout", "code", "equation"),
        *("table", "column_list", "image", "video", "table_of_contents", "synced_block"),
    ]
    assert found[0]["heading_1"]["color"] == "red"
    assert found[1]["heading_2"]["is_toggleable"] is True
    inner = blocks(api, found[1]["id"])
    assert [one["type"] for one in inner] == ["paragraph", "bulleted_list_item"]
    numbers = blocks(api, inner[1]["id"])
    assert numbers[1]["numbered_list_item"]["color"] == "blue_background"
    assert [one["to_do"]["checked"] for one in found[2:4]] == [False, True]
    assert found[4]["quote"]["rich_text"][0]["plain_text"] == "said\ntwice"
    styled = found[7]["paragraph"]["rich_text"]
    assert [one["plain_text"] for one in styled if one["annotations"]["bold"]] == ["bold"]
    assert [one["href"] for one in styled if one["href"]] == ["https://example.org"]
    assert styled[-1]["equation"] == {"expression": "x^2"}
    assert found[8]["paragraph"]["rich_text"][0]["annotations"]["color"] == "yellow_background"
    assert found[9]["paragraph"]["rich_text"][0]["plain_text"] == "# no heading, 2 * 3 < 7"
    assert found[11]["callout"]["icon"] == {"type": "emoji", "emoji": "💡"}
    assert found[12]["code"]["rich_text"][0]["plain_text"] == 'if x:\n\tprint("**")'
    assert found[14]["table"] == {
        "table_width": 2,
        "has_column_header": True,
        "has_row_header": False,
    }


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("# a\n\n\nb", "# a\nb"),
        ("* a\n+ b", "- a\n- b"),
        ("##### deep\n###### deeper", "#### deep\n#### deeper"),
        ("# flat\n\tbelow", "# flat\nbelow"),
        ("7) a\n8) b", "1. a\n2. b"),
        ("> a\n> b", "> a\n> b"),
        ('::: callout {icon="💡"}\nText\n:::', '<callout icon="💡">\n\tText\n</callout>'),
        ("<callout>Short</callout>", "<callout>\n\tShort\n</callout>"),
        ("| A | B \\| C |\n| --- | --- |\n| 1 |", DRAWN),
        ("```klingon\nx\n```", "```plain text\nx\n```"),
        ("````plain text\n```\n````", "````plain text\n```\n````"),
        ("```python\nopen", "```python\nopen\n```"),
        ("$$x$$", "$`x`$"),
        ("see https://example.org.", "see [https://example.org](https://example.org)."),
        ("cost $5 and $6", "cost \\$5 and \\$6"),
        ("a *b", "a \\*b"),
        ("a `b", "a \\`b"),
        ("<b>x</b>", "\\<b\\>x\\</b\\>"),
        ("</details>\na", "a"),
        ("[toc]", "\\[toc\\]"),
        ("***both***", "***both***"),
        ("**a**<!-- -->**b**", "**ab**"),
        (r"1\. no list", r"1\. no list"),
        (
            "<details>\nno summary\n</details>",
            "<details>\n<summary></summary>\n\tno summary\n</details>",
        ),
    ],
)
def test_other_ways_to_say_it_are_understood(api: Api, page: str, written: str, read: str) -> None:
    change(api, page, "replace_content", new_str=written)
    assert markdown(api, page) == read


ANNOTATIONS = st.fixed_dictionaries(
    {name: st.booleans() for name in ("bold", "italic", "strikethrough", "underline", "code")}
    | {"color": st.sampled_from(["default", "red", "blue_background"])}
)
CONTENT = st.text(st.sampled_from("ab \\*~`$[]<>{}|^#-+!:1.\n\tä😀()_/"), min_size=1, max_size=8)
SEGMENTS = st.lists(
    st.builds(
        lambda content, marks: {
            "type": "text",
            "text": {"content": content.replace("\n", " ") if marks["code"] else content},
            "annotations": marks,
        },
        CONTENT,
        ANNOTATIONS,
    ),
    max_size=4,
)


@given(SEGMENTS, st.sampled_from(["paragraph", "heading_1", "quote", "to_do", "callout", "toggle"]))
def test_any_text_survives_the_way_through_markdown(segments: list[Json], kind: str) -> None:
    workspace = Workspace(clock=Clock())
    api = Api(workspace)
    one, other = (workspace.create_page({"parent": {"workspace": True}})["id"] for _ in range(2))
    block = {kind: {"rich_text": segments, "color": "red"}}
    workspace.bodies.append(one, [block], at=0, by=workspace.bot_id)
    change(api, other, "replace_content", new_str=markdown(api, one))
    (first,), (second,) = blocks(api, one), blocks(api, other)
    assert letters(second) == letters(first)


def letters(block: Json) -> list[tuple[str, Json]]:
    """Return each letter of a block with its marks; where one segment ends does not matter."""
    return [
        (letter, one["annotations"])
        for one in block[block["type"]]["rich_text"]
        for letter in one["plain_text"]
    ]


@given(st.text(st.sampled_from('#-*> \t\n`$|<>/[](){}:="abtdr1.!x~\\'), max_size=60))
def test_any_text_can_be_read_as_markdown(written: str) -> None:
    assert all("type" in block for block in read_blocks(written))


def test_mentions_survive(api: Api, workspace: Workspace, page: str) -> None:
    ada = workspace.add_person("Ada")
    mentions: list[Json] = [
        {"mention": {"type": "user", "user": {"id": ada}}},
        {"mention": {"type": "page", "page": {"id": page}}},
        {"mention": {"type": "date", "date": {"start": "2026-01-02", "end": "2026-01-03"}}},
        {"mention": {"type": "date", "date": {"start": "2026-01-02T10:00:00.000+02:00"}}},
    ]
    body = {"children": [{"paragraph": {"rich_text": mentions}}]}
    (before,) = api.patch(f"/v1/blocks/{page}/children", body)["results"]
    other = str(workspace.create_page({"parent": {"workspace": True}})["id"])
    change(api, other, "replace_content", new_str=markdown(api, page))
    assert blocks(api, other)[0]["paragraph"] == before["paragraph"]
    zoned = '<mention-date start="2026-01-02" startTime="10:00" timeZone="Europe/Berlin"/>'
    change(api, other, "replace_content", new_str=zoned)
    date = blocks(api, other)[0]["paragraph"]["rich_text"][0]["mention"]["date"]
    assert date["start"] == "2026-01-02T10:00:00.000+01:00"


def test_a_long_text_is_written_in_several_segments(api: Api, page: str) -> None:
    change(api, page, "replace_content", new_str="x" * 4500)
    segments = blocks(api, page)[0]["paragraph"]["rich_text"]
    assert [len(one["plain_text"]) for one in segments] == [2000, 2000, 500]


def test_uploaded_files_stay_the_same_files(api: Api, workspace: Workspace, page: str) -> None:
    upload = {"file_upload": {"id": workspace.upload_file("a.png", b"PNG")}}
    body = {"children": [{"image": upload}, {"file": upload}]}
    before = api.patch(f"/v1/blocks/{page}/children", body)["results"]
    text_of = markdown(api, page)
    other = str(workspace.create_page({"parent": {"workspace": True}})["id"])
    change(api, other, "replace_content", new_str=text_of)
    assert [one[one["type"]]["type"] for one in blocks(api, other)] == ["file", "file"]
    change(api, page, "replace_content", new_str=text_of)
    assert [one["id"] for one in blocks(api, page)] == [one["id"] for one in before]
