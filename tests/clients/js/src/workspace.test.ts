/** What belongs to the whole workspace: users, search, errors, signatures of webhooks. */

import {
  APIErrorCode,
  APIResponseError,
  Client,
  collectPaginatedAPI,
  isFullPageOrDataSource,
  isFullUser,
  signWebhookPayload,
  verifyWebhookSignature,
} from "@notionhq/client"
import assert from "node:assert/strict"
import { test } from "node:test"
import { baseUrl, createDatabase, createRow, notion, person } from "./local.js"

test("users are listed, read one by one, and the bot knows itself", async () => {
  const users = await collectPaginatedAPI(notion.users.list, { page_size: 1 })
  assert.ok(users.length >= 2)
  const one = await notion.users.retrieve({ user_id: person })
  assert.ok(isFullUser(one) && one.type === "person")
  assert.equal(one.person.email, "ada@example.org")
  const me = await notion.users.me({})
  assert.ok(isFullUser(me) && me.type === "bot" && "workspace_name" in me.bot)
  assert.ok(users.some(user => user.id === me.id))
})

test("search finds by title, by kind and in the trash", async () => {
  const { source } = await createDatabase("Findable table", {})
  const page = await createRow(source, "findable row")
  const found = await notion.search({ query: "findable" })
  assert.deepEqual(
    found.results.map(one => one.object).sort(),
    ["data_source", "page"]
  )
  assert.ok(found.results.every(one => isFullPageOrDataSource(one)))
  const pages = await notion.search({
    query: "findable",
    filter: { property: "object", value: "page" },
    sort: { timestamp: "last_edited_time", direction: "descending" },
  })
  assert.deepEqual(
    pages.results.map(one => one.id),
    [page.id]
  )
  await notion.pages.update({ page_id: page.id, in_trash: true })
  const trashed = await notion.search({ query: "findable", filter: { in_trash: true } })
  assert.deepEqual(
    trashed.results.map(one => one.id),
    [page.id]
  )
})

test("search is paged to its end", async () => {
  const { source } = await createDatabase("Paged", {})
  for (let one = 0; one < 5; one += 1) {
    await createRow(source, `pebble ${one}`)
  }
  const found = await collectPaginatedAPI(notion.search, { query: "pebble", page_size: 2 })
  assert.equal(new Set(found.map(one => one.id)).size, 5)
})

test("errors come with code, status and request id", async () => {
  const nobody = new Client({ auth: "ntn_wrong", baseUrl, retry: false })
  await assert.rejects(nobody.users.me({}), { code: APIErrorCode.Unauthorized, status: 401 })
  const missing = notion.pages.retrieve({ page_id: "00000000-0000-0000-0000-000000000000" })
  const error = await missing.then(
    () => assert.fail("it was found"),
    (reason: unknown) => reason
  )
  assert.ok(APIResponseError.isAPIResponseError(error))
  assert.equal(error.code, APIErrorCode.ObjectNotFound)
  assert.equal(error.status, 404)
  assert.match(error.request_id ?? "", /^[0-9a-f-]{36}$/)
  assert.equal(typeof error.additional_data?.["integration_id"], "string")
  assert.ok(JSON.parse(error.body).request_id === error.request_id)
})

test("the client's own signatures are checked as Notion's", async () => {
  const body = '{"type":"page.created"}'
  const verificationToken = "secret_of_this_test"
  const signature = await signWebhookPayload({ body, verificationToken })
  assert.equal(await verifyWebhookSignature({ body, signature, verificationToken }), true)
  assert.equal(
    await verifyWebhookSignature({ body: `${body} `, signature, verificationToken }),
    false
  )
})
