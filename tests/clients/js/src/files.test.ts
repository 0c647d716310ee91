/** Files: uploaded whole and as parts, listed, attached to a property and to a page's body. */

import { isFullBlock, isFullPage } from "@notionhq/client"
import assert from "node:assert/strict"
import { test } from "node:test"
import { createDatabase, createRow, notion } from "./local.js"

test("a file is uploaded, attached, and served at a signed address", async () => {
  const upload = await notion.fileUploads.create({ filename: "a.txt", content_type: "text/plain" })
  assert.equal(upload.status, "pending")
  const sent = await notion.fileUploads.send({
    file_upload_id: upload.id,
    file: { filename: "a.txt", data: new Blob(["some bytes"], { type: "text/plain" }) },
  })
  assert.equal(sent.status, "uploaded")
  assert.equal(sent.content_length, 10)
  const { source } = await createDatabase("With files", { Files: { files: {} } })
  const page = await createRow(source, "one", {
    Files: { files: [{ type: "file_upload", file_upload: { id: upload.id }, name: "a.txt" }] },
  })
  const files = page.properties["Files"]
  assert.ok(files?.type === "files")
  const file = files.files[0]
  assert.ok(file?.type === "file")
  const served = await fetch(file.file.url)
  assert.equal(await served.text(), "some bytes")
})

test("a file goes up as a part and stands in a page's body", async () => {
  const upload = await notion.fileUploads.create({
    mode: "multi_part",
    filename: "big.txt",
    content_type: "text/plain",
    number_of_parts: 1,
  })
  await notion.fileUploads.send({
    file_upload_id: upload.id,
    file: { filename: "big.txt", data: new Blob(["all of it"], { type: "text/plain" }) },
    part_number: "1",
  })
  const done = await notion.fileUploads.complete({ file_upload_id: upload.id })
  assert.equal(done.status, "uploaded")
  assert.equal(done.content_length, 9)
  const { source } = await createDatabase("With bodies", {})
  const page = await createRow(source, "one")
  const added = await notion.blocks.children.append({
    block_id: page.id,
    children: [{ file: { type: "file_upload", file_upload: { id: upload.id } } }],
  })
  const block = added.results[0]
  assert.ok(block && isFullBlock(block) && block.type === "file")
  assert.ok(block.file.type === "file")
  const iconic = await notion.pages.update({
    page_id: page.id,
    icon: { type: "emoji", emoji: "📁" },
  })
  assert.ok(isFullPage(iconic) && iconic.icon?.type === "emoji")
})

test("uploads are listed by their state and read one by one", async () => {
  const upload = await notion.fileUploads.create({ filename: "never.txt" })
  const pending = await notion.fileUploads.list({ status: "pending" })
  assert.equal(pending.results[0]?.id, upload.id)
  assert.ok(pending.results.every(one => one.status === "pending"))
  const same = await notion.fileUploads.retrieve({ file_upload_id: upload.id })
  assert.equal(same.filename, "never.txt")
})
