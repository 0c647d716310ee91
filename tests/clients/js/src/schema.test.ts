/** Databases and data sources: made, read, changed, trashed and restored. */

import { isFullDatabase, isFullDataSource } from "@notionhq/client"
import assert from "node:assert/strict"
import { test } from "node:test"
import { connect, createDatabase, dataSource, home, notion, text } from "./local.js"

test("a database is a container of data sources", async () => {
  const { database, source } = await createDatabase("Projects", { Amount: { number: {} } })
  const found = await notion.databases.retrieve({ database_id: database.id })
  assert.ok(isFullDatabase(found))
  assert.deepEqual(found.data_sources, [{ id: source, name: "Projects" }])
  assert.deepEqual(found.parent, { type: "page_id", page_id: home })
  const second = await notion.dataSources.create({
    parent: { type: "database_id", database_id: database.id },
    title: text("Archive"),
    properties: { Title: { title: {} } },
  })
  assert.ok(isFullDataSource(second))
  assert.deepEqual(second.parent, { type: "database_id", database_id: database.id })
  const again = await notion.databases.retrieve({ database_id: database.id })
  assert.ok(isFullDatabase(again))
  assert.deepEqual(
    again.data_sources.map(one => one.name),
    ["Projects", "Archive"]
  )
})

test("a schema is read as it was written, kind by kind", async () => {
  const { source: other } = await createDatabase("Others", {})
  const { source } = await createDatabase("Everything", {
    Text: { rich_text: {} },
    Number: { number: { format: "euro" } },
    Select: { select: { options: [{ name: "one", color: "red" }] } },
    Many: { multi_select: { options: [{ name: "a" }, { name: "b" }] } },
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
    Edited: { last_edited_time: {} },
    Editor: { last_edited_by: {} },
    Key: { unique_id: { prefix: "KEY" } },
    One: { relation: { data_source_id: other, type: "single_property", single_property: {} } },
    Two: { relation: { data_source_id: other, type: "dual_property", dual_property: {} } },
    Sum: { formula: { expression: 'prop("Number") + 1' } },
  })
  const { properties } = await dataSource(source)
  const kinds = Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, one.type]))
  assert.deepEqual(kinds, {
    Name: "title",
    Text: "rich_text",
    Number: "number",
    Select: "select",
    Many: "multi_select",
    Status: "status",
    Date: "date",
    People: "people",
    Files: "files",
    Check: "checkbox",
    Url: "url",
    Email: "email",
    Phone: "phone_number",
    Made: "created_time",
    Maker: "created_by",
    Edited: "last_edited_time",
    Editor: "last_edited_by",
    Key: "unique_id",
    One: "relation",
    Two: "relation",
    Sum: "formula",
  })
  assert.ok(properties.Number?.type === "number")
  assert.equal(properties.Number.number.format, "euro")
  assert.ok(properties.Status?.type === "status")
  assert.deepEqual(
    properties.Status.status.groups.map(one => one.name),
    ["To-do", "In progress", "Complete"]
  )
  assert.ok(properties.Two?.type === "relation" && properties.Two.relation.type === "dual_property")
  const mirror = (await dataSource(other)).properties[
    properties.Two.relation.dual_property.synced_property_name
  ]
  assert.ok(mirror?.type === "relation" && mirror.relation.type === "dual_property")
  assert.equal(mirror.relation.data_source_id, source)
  assert.equal(mirror.relation.dual_property.synced_property_id, properties.Two.id)
})

test("properties are added, renamed, given options and removed by PATCH", async () => {
  const { source } = await createDatabase("Changing", { A: { rich_text: {} }, B: { checkbox: {} } })
  const before = await dataSource(source)
  const id = before.properties.A?.id
  assert.ok(id)
  const after = await notion.dataSources.update({
    data_source_id: source,
    title: text("Changed"),
    properties: {
      [id]: { name: "Alpha" },
      B: null,
      C: { select: { options: [{ name: "x" }, { name: "y" }] } },
    },
  })
  assert.ok(isFullDataSource(after))
  assert.deepEqual(Object.keys(after.properties).sort(), ["Alpha", "C", "Name"])
  assert.equal(after.properties.Alpha?.id, id)
  assert.equal(after.title[0]?.plain_text, "Changed")
  const fewer = await notion.dataSources.update({
    data_source_id: source,
    properties: { C: { select: { options: [{ name: "y" }] } } },
  })
  assert.ok(isFullDataSource(fewer) && fewer.properties.C?.type === "select")
  assert.deepEqual(
    fewer.properties.C.select.options.map(one => one.name),
    ["y"]
  )
})

test("a database goes to the trash and comes back with its id", async () => {
  const { database, source } = await createDatabase("Short-lived", {})
  const gone = await notion.databases.update({ database_id: database.id, in_trash: true })
  assert.ok(isFullDatabase(gone) && gone.in_trash)
  const hidden = await notion.dataSources.query({ data_source_id: source })
  assert.deepEqual(hidden.results, [])
  const back = await notion.databases.update({
    database_id: database.id,
    in_trash: false,
    title: text("Long-lived"),
    description: text("It came back."),
  })
  assert.ok(isFullDatabase(back) && !back.in_trash)
  assert.equal(back.title[0]?.plain_text, "Long-lived")
  assert.equal(back.description[0]?.plain_text, "It came back.")
})

test("a data source has no templates until people make some", async () => {
  const { source } = await createDatabase("Plain", {})
  const found = await notion.dataSources.listTemplates({ data_source_id: source })
  assert.deepEqual(found.templates, [])
  assert.equal(found.has_more, false)
})

test("the client's default version reads the same things", async () => {
  const { database, source } = await createDatabase("Older", {})
  const old = connect("2025-09-03")
  const found = await old.databases.retrieve({ database_id: database.id })
  assert.ok(isFullDatabase(found))
  const same = await old.dataSources.retrieve({ data_source_id: source })
  assert.ok(isFullDataSource(same))
  assert.equal("archived" in same && same.archived, false)
})
