/** Queries: each family of filters, sorts, paging and the walk past the cap. */

import {
  collectPaginatedAPI,
  isFullPage,
  iterateAllDataSourceRows,
  type QueryDataSourceParameters,
} from "@notionhq/client"
import assert from "node:assert/strict"
import { before, describe, test } from "node:test"
import { createDatabase, createRow, notion, person, titleOf } from "./local.js"

type Filter = NonNullable<QueryDataSourceParameters["filter"]>
type Sorts = NonNullable<QueryDataSourceParameters["sorts"]>

let source = ""
let target = ""

/** The titles that a query finds, in order of creation unless it sorts by itself. */
async function found(filter: Filter | undefined, sorts?: Sorts): Promise<string> {
  const rows = await collectPaginatedAPI(notion.dataSources.query, {
    data_source_id: source,
    filter,
    sorts: sorts ?? [{ timestamp: "created_time", direction: "ascending" }],
    page_size: 2,
  })
  return rows.map(row => (isFullPage(row) ? titleOf(row) : "partial")).join("")
}

before(async () => {
  const { source: other } = await createDatabase("Targets", { Rank: { number: {} } })
  target = (await createRow(other, "target", { Rank: { number: 7 } })).id
  const made = await createDatabase("Queried", {
    Text: { rich_text: {} },
    Number: { number: {} },
    Select: { select: { options: [{ name: "low" }, { name: "high" }] } },
    Many: { multi_select: { options: [{ name: "x" }, { name: "y" }] } },
    Status: { status: {} },
    Date: { date: {} },
    People: { people: {} },
    Files: { files: {} },
    Check: { checkbox: {} },
    Url: { url: {} },
    Email: { email: {} },
    Phone: { phone_number: {} },
    Made: { created_time: {} },
    Maker: { created_by: {} },
    Key: { unique_id: {} },
    Links: { relation: { data_source_id: other, type: "single_property", single_property: {} } },
    Words: { formula: { expression: 'prop("Text") + "!"' } },
    Double: { formula: { expression: 'prop("Number") * 2' } },
    Big: { formula: { expression: 'prop("Number") > 1' } },
    Ranks: {
      rollup: { relation_property_name: "Links", rollup_property_name: "Rank", function: "sum" },
    },
    Names: {
      rollup: {
        relation_property_name: "Links",
        rollup_property_name: "Name",
        function: "show_original",
      },
    },
  })
  source = made.source
  await createRow(source, "a", {
    Text: { rich_text: [{ text: { content: "Alpha" } }] },
    Number: { number: 1 },
    Select: { select: { name: "low" } },
    Many: { multi_select: [{ name: "x" }, { name: "y" }] },
    Status: { status: { name: "Done" } },
    Date: { date: { start: "2026-01-02" } },
    People: { people: [{ id: person }] },
    Files: { files: [{ name: "f", external: { url: "https://example.org/f" } }] },
    Check: { checkbox: true },
    Url: { url: "https://example.org" },
    Email: { email: "a@example.org" },
    Phone: { phone_number: "1" },
    Links: { relation: [{ id: target }] },
  })
  await createRow(source, "b", {
    Text: { rich_text: [{ text: { content: "beta" } }] },
    Number: { number: 2 },
    Select: { select: { name: "high" } },
    Many: { multi_select: [{ name: "y" }] },
    Date: { date: { start: "2026-03-04T05:06:00Z" } },
  })
  await createRow(source, "c")
})

const empty = { is_empty: true } as const
const filled = { is_not_empty: true } as const

function table(): [string, Filter, string][] {
  return [
    ["title", { property: "Name", title: { equals: "A" } }, "a"],
    ["title ends", { property: "title", title: { ends_with: "c" } }, "c"],
    ["text contains", { property: "Text", rich_text: { contains: "ph" } }, "a"],
    ["text lacks", { property: "Text", rich_text: { does_not_contain: "ph" } }, "bc"],
    ["text starts", { property: "Text", rich_text: { starts_with: "BE" } }, "b"],
    ["text differs", { property: "Text", rich_text: { does_not_equal: "beta" } }, "ac"],
    ["text empty", { property: "Text", rich_text: empty }, "c"],
    ["url", { property: "Url", url: filled }, "a"],
    ["email", { property: "Email", email: { contains: "@" } }, "a"],
    ["phone", { property: "Phone", phone_number: { equals: "1" } }, "a"],
    ["number equals", { property: "Number", number: { equals: 2 } }, "b"],
    ["number differs", { property: "Number", number: { does_not_equal: 2 } }, "ac"],
    ["number above", { property: "Number", number: { greater_than: 1 } }, "b"],
    ["number up to", { property: "Number", number: { less_than_or_equal_to: 1 } }, "a"],
    ["number empty", { property: "Number", number: empty }, "c"],
    ["unique id", { property: "Key", unique_id: { greater_than_or_equal_to: 2 } }, "bc"],
    ["checkbox", { property: "Check", checkbox: { equals: true } }, "a"],
    ["checkbox not", { property: "Check", checkbox: { does_not_equal: true } }, "bc"],
    ["select", { property: "Select", select: { equals: "high" } }, "b"],
    ["select of several", { property: "Select", select: { equals: ["low", "high"] } }, "ab"],
    ["select differs", { property: "Select", select: { does_not_equal: "low" } }, "bc"],
    ["select empty", { property: "Select", select: empty }, "c"],
    ["multi-select", { property: "Many", multi_select: { contains: "x" } }, "a"],
    ["multi-select lacks", { property: "Many", multi_select: { does_not_contain: "x" } }, "bc"],
    ["multi-select of several", { property: "Many", multi_select: { contains: ["x", "y"] } }, "ab"],
    ["status", { property: "Status", status: { equals: "Done" } }, "a"],
    ["status group", { property: "Status", status: { equals: "To-do" } }, "bc"],
    ["date", { property: "Date", date: { equals: "2026-01-02" } }, "a"],
    ["date after", { property: "Date", date: { after: "2026-01-02" } }, "b"],
    ["date up to", { property: "Date", date: { on_or_before: "2026-03-04T05:06:59Z" } }, "ab"],
    ["date of the week", { property: "Date", date: { this_week: {} } }, ""],
    ["date relative", { property: "Date", date: { before: "today" } }, "ab"],
    ["date empty", { property: "Date", date: empty }, "c"],
    ["people", { property: "People", people: { contains: person } }, "a"],
    ["people me", { property: "People", people: { contains: "me" } }, ""],
    ["created by", { property: "Maker", created_by: { does_not_contain: person } }, "abc"],
    ["files", { property: "Files", files: empty }, "bc"],
    ["relation", { property: "Links", relation: { contains: target } }, "a"],
    ["relation empty", { property: "Links", relation: empty }, "bc"],
    ["formula text", { property: "Words", formula: { string: { equals: "beta!" } } }, "b"],
    ["formula number", { property: "Double", formula: { number: { equals: 4 } } }, "b"],
    ["formula checkbox", { property: "Big", formula: { checkbox: { equals: true } } }, "b"],
    ["rollup number", { property: "Ranks", rollup: { number: { equals: 7 } } }, "a"],
    [
      "rollup any",
      { property: "Names", rollup: { any: { rich_text: { contains: "target" } } } },
      "a",
    ],
    [
      "rollup none",
      { property: "Names", rollup: { none: { rich_text: { contains: "target" } } } },
      "bc",
    ],
    ["created", { property: "Made", created_time: { past_week: {} } }, "abc"],
    ["created stamp", { timestamp: "created_time", created_time: { after: "tomorrow" } }, ""],
    [
      "edited stamp",
      { timestamp: "last_edited_time", last_edited_time: { on_or_after: "2020-01-01" } },
      "abc",
    ],
    [
      "and, or",
      {
        and: [
          { property: "Number", number: filled },
          {
            or: [
              { property: "Check", checkbox: { equals: true } },
              { property: "Text", rich_text: { equals: "nothing" } },
            ],
          },
        ],
      },
      "a",
    ],
  ]
}

describe("filters", () => {
  test("each family finds the rows that it describes", async () => {
    for (const [name, filter, expected] of table()) {
      assert.equal(await found(filter), expected, name)
    }
  })

  test("an unknown property and a third level are refused", async () => {
    await assert.rejects(found({ property: "Nothing", number: { equals: 1 } }), {
      code: "validation_error",
      message: "Could not find property with name or id: Nothing",
    })
  })
})

describe("sorts", () => {
  test("one key, two keys, stamps, and none", async () => {
    assert.equal(await found(undefined, [{ property: "Number", direction: "descending" }]), "cba")
    assert.equal(await found(undefined, [{ property: "Number", direction: "ascending" }]), "abc")
    const twice: Sorts = [
      { property: "Check", direction: "ascending" },
      { property: "Number", direction: "ascending" },
    ]
    assert.equal(await found(undefined, twice), "bca")
    const unsorted = await notion.dataSources.query({ data_source_id: source })
    assert.equal(unsorted.results.map(row => (isFullPage(row) ? titleOf(row) : "")).join(""), "cba")
  })
})

describe("a workspace with a small cap", () => {
  // Made beforehand, several a minute over more minutes than one walk can give.
  const many = process.env["LOCAL_NOTION_MANY"] ?? ""

  test("a plain walk ends at the cap and says so on every page", async () => {
    let cursor: string | undefined
    let seen = 0
    do {
      const part = await notion.dataSources.query({
        data_source_id: many,
        page_size: 7,
        start_cursor: cursor,
      })
      assert.deepEqual(part.request_status, {
        type: "incomplete",
        incomplete_reason: "query_result_limit_reached",
      })
      seen += part.results.length
      cursor = part.next_cursor ?? undefined
    } while (cursor)
    assert.equal(seen, Number(process.env["LOCAL_NOTION_CAP"]))
  })

  test("the client's helper walks past it and gives each row once", async () => {
    const ids: string[] = []
    for await (const row of iterateAllDataSourceRows(notion, { data_source_id: many })) {
      ids.push(row.id)
    }
    assert.equal(new Set(ids).size, ids.length)
    assert.equal(ids.length, Number(process.env["LOCAL_NOTION_ROWS"]))
  })

  test("with a filter of its own it gives what the filter describes", async () => {
    const titles: string[] = []
    for await (const row of iterateAllDataSourceRows(notion, {
      data_source_id: many,
      filter: { property: "Name", title: { ends_with: "7" } },
    })) {
      titles.push(isFullPage(row) ? titleOf(row) : "partial")
    }
    assert.equal(titles.length, Number(process.env["LOCAL_NOTION_ROWS"]) / 10)
    assert.ok(titles.every(title => title.endsWith("7")))
  })
})
