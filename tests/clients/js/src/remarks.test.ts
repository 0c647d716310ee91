/** Comments in discussions, views and their queries, custom emojis. */

import { collectPaginatedAPI, isFullComment, isFullView } from "@notionhq/client"
import assert from "node:assert/strict"
import { test } from "node:test"
import { createDatabase, createRow, notion, text } from "./local.js"

test("a discussion is opened, answered, changed and cut", async () => {
  const { source } = await createDatabase("Discussed", {})
  const page = await createRow(source, "one")
  const first = await notion.comments.create({
    parent: { page_id: page.id },
    rich_text: text("first"),
  })
  assert.ok(isFullComment(first))
  assert.deepEqual(first.parent, { type: "page_id", page_id: page.id })
  const second = await notion.comments.create({
    discussion_id: first.discussion_id,
    rich_text: text("second"),
    display_name: { type: "custom", custom: { name: "The clerk" } },
  })
  assert.ok(isFullComment(second))
  assert.equal(second.discussion_id, first.discussion_id)
  assert.equal(second.display_name.resolved_name, "The clerk")
  const listed = await collectPaginatedAPI(notion.comments.list, {
    block_id: page.id,
    page_size: 1,
  })
  assert.deepEqual(
    listed.map(one => one.rich_text[0]?.plain_text),
    ["first", "second"]
  )
  const changed = await notion.comments.update({ comment_id: first.id, rich_text: text("1st") })
  assert.ok(isFullComment(changed) && changed.rich_text[0]?.plain_text === "1st")
  const same = await notion.comments.retrieve({ comment_id: first.id })
  assert.ok(isFullComment(same) && same.rich_text[0]?.plain_text === "1st")
  await notion.comments.delete({ comment_id: first.id })
  const left = await notion.comments.list({ block_id: page.id })
  assert.deepEqual(
    left.results.map(one => one.id),
    [second.id]
  )
})

test("a view is made, asked and removed", async () => {
  const { database, source } = await createDatabase("Viewed", { N: { number: {} } })
  for (const number of [1, 2, 3]) {
    await createRow(source, String(number), { N: { number } })
  }
  const view = await notion.views.create({
    database_id: database.id,
    data_source_id: source,
    name: "All of them",
    type: "table",
  })
  assert.ok(isFullView(view) && view.name === "All of them")
  const listed = await notion.views.list({ database_id: database.id })
  assert.ok(listed.results.some(one => one.id === view.id))
  const asked = await notion.views.queries.create({ view_id: view.id, page_size: 1 })
  assert.equal(asked.results.length, 1)
  const again = await notion.views.queries.results({
    view_id: view.id,
    query_id: asked.id,
    start_cursor: asked.next_cursor ?? undefined,
  })
  assert.equal(again.results.length, 2)
  const renamed = await notion.views.update({ view_id: view.id, name: "Everything" })
  assert.ok(isFullView(renamed) && renamed.name === "Everything")
  await notion.views.queries.delete({ view_id: view.id, query_id: asked.id })
  await notion.views.delete({ view_id: view.id })
  await assert.rejects(notion.views.retrieve({ view_id: view.id }), { status: 404 })
})

test("custom emojis are listed", async () => {
  const found = await notion.customEmojis.list({})
  assert.deepEqual(found.results, [])
})
