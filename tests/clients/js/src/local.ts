/** The local Notion as a program outside sees it: an address, a token, and a page to start from. */

import {
  Client,
  isFullDatabase,
  isFullDataSource,
  isFullPage,
  type CreateDatabaseParameters,
  type CreatePageParameters,
  type DatabaseObjectResponse,
  type DataSourceObjectResponse,
  type PageObjectResponse,
} from "@notionhq/client"
import assert from "node:assert/strict"

type Schema = NonNullable<CreateDatabaseParameters["initial_data_source"]>["properties"]
export type Values = NonNullable<CreatePageParameters["properties"]>

function given(name: string): string {
  const value = process.env[name]
  assert.ok(value, `${name} is not set`)
  return value
}

export const baseUrl = given("LOCAL_NOTION_URL")
export const token = given("LOCAL_NOTION_TOKEN")
/** A page to put things under. */
export const home = given("LOCAL_NOTION_PAGE")
/** A person of the workspace. */
export const person = given("LOCAL_NOTION_PERSON")

export function connect(notionVersion = "2026-03-11"): Client {
  return new Client({ auth: token, baseUrl, notionVersion, retry: false })
}

export const notion = connect()

export function text(content: string): { text: { content: string } }[] {
  return [{ text: { content } }]
}

export async function createDatabase(
  title: string,
  properties: Schema
): Promise<{ database: DatabaseObjectResponse; source: string }> {
  const database = await notion.databases.create({
    parent: { type: "page_id", page_id: home },
    title: text(title),
    initial_data_source: { properties: { Name: { title: {} }, ...properties } },
  })
  assert.ok(isFullDatabase(database))
  const first = database.data_sources[0]
  assert.ok(first)
  return { database, source: first.id }
}

export async function dataSource(source: string): Promise<DataSourceObjectResponse> {
  const found = await notion.dataSources.retrieve({ data_source_id: source })
  assert.ok(isFullDataSource(found))
  return found
}

export async function createRow(
  source: string,
  name: string,
  values: Values = {}
): Promise<PageObjectResponse> {
  const page = await notion.pages.create({
    parent: { data_source_id: source },
    properties: { Name: { title: text(name) }, ...values },
  })
  assert.ok(isFullPage(page))
  return page
}

export async function readPage(id: string): Promise<PageObjectResponse> {
  const page = await notion.pages.retrieve({ page_id: id })
  assert.ok(isFullPage(page))
  return page
}

/** The plain text of a page's title. */
export function titleOf(page: PageObjectResponse): string {
  for (const value of Object.values(page.properties)) {
    if (value.type === "title") {
      return value.title.map(one => one.plain_text).join("")
    }
  }
  assert.fail(`page ${page.id} has no title`)
}
