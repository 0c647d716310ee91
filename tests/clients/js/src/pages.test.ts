/** Pages: every kind of value, property pagination, trash, move, blocks. */

import { isFullBlock, isFullPage, type PageObjectResponse } from "@notionhq/client"
import assert from "node:assert/strict"
import { test } from "node:test"
import { createDatabase, createRow, notion, person, readPage, text, titleOf } from "./local.js"

type Value = PageObjectResponse["properties"][string]

function value<Kind extends Value["type"]>(
  page: PageObjectResponse,
  name: string,
  kind: Kind
): Extract<Value, { type: Kind }> {
  const found = page.properties[name]
  assert.ok(found, `${name} is missing`)
  assert.equal(found.type, kind)
  return found as Extract<Value, { type: Kind }>
}

test("every kind of value is written and read", async () => {
  const { source: other } = await createDatabase("Targets", {})
  const target = await createRow(other, "target")
  const { source } = await createDatabase("Values", {
    Text: { rich_text: {} },
    Number: { number: {} },
    Select: { select: { options: [] } },
    Many: { multi_select: { options: [] } },
    Status: { status: {} },
    Date: { date: {} },
    People: { people: {} },
    Files: { files: {} },
    Check: { checkbox: {} },
    Url: { url: {} },
    Email: { email: {} },
    Phone: { phone_number: {} },
    Key: { unique_id: { prefix: "K" } },
    Links: { relation: { data_source_id: other, type: "single_property", single_property: {} } },
    Double: { formula: { expression: 'prop("Number") * 2' } },
    Count: {
      rollup: {
        relation_property_name: "Links",
        rollup_property_name: "Name",
        function: "count",
      },
    },
  })
  const made = await createRow(source, "all", {
    Text: {
      rich_text: [
        { text: { content: "bold ", link: null }, annotations: { bold: true } },
        { text: { content: "link", link: { url: "https://example.org/" } } },
        { mention: { user: { id: person } } },
        { equation: { expression: "e=mc^2" } },
      ],
    },
    Number: { number: 21 },
    Select: { select: { name: "new" } },
    Many: { multi_select: [{ name: "x" }, { name: "y" }] },
    Status: { status: { name: "Done" } },
    Date: { date: { start: "2026-07-21T18:58:04.659", time_zone: "Europe/Berlin" } },
    People: { people: [{ id: person }] },
    Files: { files: [{ name: "f", external: { url: "https://example.org/f" } }] },
    Check: { checkbox: true },
    Url: { url: "https://example.org" },
    Email: { email: "a@example.org" },
    Phone: { phone_number: "+49 1" },
    Links: { relation: [{ id: target.id }] },
  })
  const page = await readPage(made.id)
  assert.deepEqual(page.properties, made.properties)
  const [bold, link, mention, equation] = value(page, "Text", "rich_text").rich_text
  assert.equal(bold?.annotations.bold, true)
  assert.equal(link?.href, "https://example.org/")
  assert.ok(mention?.type === "mention" && mention.mention.type === "user")
  assert.equal(mention.mention.user.id, person)
  assert.ok(equation?.type === "equation")
  assert.equal(value(page, "Number", "number").number, 21)
  assert.equal(value(page, "Select", "select").select?.name, "new")
  const many = value(page, "Many", "multi_select").multi_select
  assert.deepEqual(
    many.map(one => one.name),
    ["x", "y"]
  )
  assert.equal(value(page, "Status", "status").status?.name, "Done")
  assert.deepEqual(value(page, "Date", "date").date, {
    start: "2026-07-21T18:58:00.000+02:00",
    end: null,
    time_zone: null,
  })
  assert.equal(value(page, "People", "people").people[0]?.id, person)
  const file = value(page, "Files", "files").files[0]
  assert.ok(file?.type === "external" && file.external.url === "https://example.org/f")
  assert.equal(value(page, "Check", "checkbox").checkbox, true)
  assert.equal(value(page, "Url", "url").url, "https://example.org")
  assert.equal(value(page, "Email", "email").email, "a@example.org")
  assert.equal(value(page, "Phone", "phone_number").phone_number, "+49 1")
  assert.deepEqual(value(page, "Key", "unique_id").unique_id, { prefix: "K", number: 1 })
  assert.deepEqual(value(page, "Links", "relation").relation, [{ id: target.id }])
  const double = value(page, "Double", "formula").formula
  assert.ok(double.type === "number" && double.number === 42)
  const count = value(page, "Count", "rollup").rollup
  assert.ok(count.type === "number" && count.number === 1)
})

test("what a PATCH leaves out stays, and null empties", async () => {
  const { source } = await createDatabase("Patches", { N: { number: {} }, T: { rich_text: {} } })
  const page = await createRow(source, "one", { N: { number: 1 }, T: { rich_text: text("t") } })
  const after = await notion.pages.update({ page_id: page.id, properties: { N: { number: null } } })
  assert.ok(isFullPage(after))
  assert.equal(value(after, "N", "number").number, null)
  assert.equal(value(after, "T", "rich_text").rich_text[0]?.plain_text, "t")
  const few = await notion.pages.retrieve({ page_id: page.id, filter_properties: ["title"] })
  assert.ok(isFullPage(few))
  assert.deepEqual(Object.keys(few.properties), ["Name"])
})

test("a long relation is read to its end property by property", async () => {
  const { source: other } = await createDatabase("Far", {})
  const { source } = await createDatabase("Near", {
    Links: { relation: { data_source_id: other, type: "single_property", single_property: {} } },
  })
  const ids: string[] = []
  for (let one = 0; one < 30; one += 1) {
    ids.push((await createRow(other, String(one))).id)
  }
  const page = await createRow(source, "long", { Links: { relation: ids.map(id => ({ id })) } })
  const links = value(page, "Links", "relation")
  assert.equal(links.relation.length, 25)
  assert.equal("has_more" in links && links.has_more, true)
  const read: string[] = []
  let cursor: string | undefined
  do {
    const part = await notion.pages.properties.retrieve({
      page_id: page.id,
      property_id: links.id,
      page_size: 12,
      start_cursor: cursor,
    })
    assert.ok(part.object === "list")
    for (const item of part.results) {
      assert.ok(item.type === "relation")
      read.push(item.relation.id)
    }
    cursor = part.next_cursor ?? undefined
  } while (cursor)
  assert.deepEqual(read, ids)
  const title = await notion.pages.properties.retrieve({ page_id: page.id, property_id: "title" })
  assert.ok(title.object === "list" && title.results[0]?.type === "title")
  assert.equal(title.results[0].title.plain_text, "long")
})

test("a page goes to the trash, refuses edits there, and comes back", async () => {
  const { source } = await createDatabase("Bin", {})
  const page = await createRow(source, "thing")
  await notion.pages.update({ page_id: page.id, in_trash: true })
  assert.equal((await readPage(page.id)).in_trash, true)
  await assert.rejects(
    notion.pages.update({ page_id: page.id, properties: { Name: { title: text("no") } } }),
    { code: "validation_error", status: 400 }
  )
  await notion.pages.update({ page_id: page.id, in_trash: false })
  assert.equal((await readPage(page.id)).in_trash, false)
  const block = await notion.blocks.delete({ block_id: page.id })
  assert.ok(isFullBlock(block) && block.type === "child_page" && block.in_trash)
})

test("a row moves to another data source", async () => {
  const { source } = await createDatabase("From", { N: { number: {} } })
  const { source: other } = await createDatabase("To", { N: { number: {} } })
  const page = await createRow(source, "mover", { N: { number: 3 } })
  const moved = await notion.pages.move({
    page_id: page.id,
    parent: { type: "data_source_id", data_source_id: other },
  })
  assert.ok(isFullPage(moved) && moved.parent.type === "data_source_id")
  assert.equal(moved.parent.data_source_id, other)
  assert.equal(value(moved, "N", "number").number, 3)
})

test("a page's body is written, listed, changed and cut", async () => {
  const { source } = await createDatabase("Bodies", {})
  const page = await notion.pages.create({
    parent: { data_source_id: source },
    properties: { Name: { title: text("with a body") } },
    children: [{ heading_1: { rich_text: text("Head") } }, { paragraph: { rich_text: text("1") } }],
  })
  assert.ok(isFullPage(page) && titleOf(page) === "with a body")
  const added = await notion.blocks.children.append({
    block_id: page.id,
    children: [
      { to_do: { rich_text: text("do"), checked: true } },
      { bulleted_list_item: { rich_text: text("b"), children: [{ divider: {} }] } },
    ],
    position: { type: "start" },
  })
  // The new blocks come first; what follows them on the page comes along.
  assert.ok(added.results.length >= 2)
  const seen: string[] = []
  let cursor: string | undefined
  do {
    const part = await notion.blocks.children.list({
      block_id: page.id,
      page_size: 3,
      start_cursor: cursor,
    })
    seen.push(...part.results.map(one => (isFullBlock(one) ? one.type : "partial")))
    cursor = part.next_cursor ?? undefined
  } while (cursor)
  assert.deepEqual(seen, ["to_do", "bulleted_list_item", "heading_1", "paragraph"])
  const first = added.results[0]
  assert.ok(first)
  const changed = await notion.blocks.update({
    block_id: first.id,
    to_do: { rich_text: text("done"), checked: false },
  })
  assert.ok(isFullBlock(changed) && changed.type === "to_do" && !changed.to_do.checked)
  const nested = await notion.blocks.children.list({ block_id: added.results[1]?.id ?? "" })
  assert.equal(nested.results.length, 1)
  await notion.blocks.delete({ block_id: first.id })
  const left = await notion.blocks.children.list({ block_id: page.id })
  assert.equal(left.results.length, 3)
})
