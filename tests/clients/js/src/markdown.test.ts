/** Page bodies as markdown, and the tasks that do long work later. */

import assert from "node:assert/strict"
import { test } from "node:test"
import { createDatabase, createRow, notion } from "./local.js"

test("a body is written, read and edited as markdown", async () => {
  const { source } = await createDatabase("Texts", {})
  const page = await createRow(source, "one")
  const written = await notion.pages.updateMarkdown({
    page_id: page.id,
    type: "replace_content",
    replace_content: { new_str: "# Head\n\nSome **bold** text" },
  })
  assert.match(written.markdown, /# Head/)
  const edited = await notion.pages.updateMarkdown({
    page_id: page.id,
    type: "update_content",
    update_content: { content_updates: [{ old_str: "Some", new_str: "More" }] },
  })
  assert.match(edited.markdown, /More \*\*bold\*\* text/)
  const read = await notion.pages.retrieveMarkdown({ page_id: page.id })
  assert.equal(read.markdown, edited.markdown)
  assert.equal(read.truncated, false)
  const blocks = await notion.blocks.children.list({ block_id: page.id })
  assert.deepEqual(
    blocks.results.map(one => ("type" in one ? one.type : "partial")),
    ["heading_1", "paragraph"]
  )
})

test("an edit that may wait becomes a task", async () => {
  const { source } = await createDatabase("Later", {})
  const page = await createRow(source, "one")
  const answer: object = await notion.pages.updateMarkdown({
    page_id: page.id,
    allow_async: true,
    type: "replace_content",
    replace_content: { new_str: "later" },
  })
  assert.ok("object" in answer && answer.object === "async_task")
  assert.ok("id" in answer && typeof answer.id === "string")
  const task = await notion.asyncTasks.retrieve({ task_id: answer.id })
  assert.equal(task.object, "async_task")
  assert.equal(task.operation.surface, "rest")
})
