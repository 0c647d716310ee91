/**
 * Holds answers against the official types: reads a list of {type, name, body} as JSON from
 * standard input, writes the list of those that do not fit as {type, name, errors}.
 *
 * The types are turned into JSON Schemas in which nothing may stand that they do not name.
 */

import { Ajv, type ErrorObject, type ValidateFunction } from "ajv"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { text } from "node:stream/consumers"
import { fileURLToPath } from "node:url"
import { createGenerator, type Schema } from "ts-json-schema-generator"

interface Answer {
  type: string
  name: string
  body: unknown
}

/** All official types as one JSON Schema; it is made once and kept beside this program. */
function officialTypes(): Schema {
  const kept = fileURLToPath(new URL("types.json", import.meta.url))
  if (!existsSync(kept)) {
    const client = dirname(createRequire(import.meta.url).resolve("@notionhq/client"))
    const generator = createGenerator({
      path: join(client, "api-endpoints.d.ts"),
      expose: "export",
      additionalProperties: false,
      skipTypeCheck: true,
    })
    writeFileSync(kept, JSON.stringify(generator.createSchema("*")))
  }
  return JSON.parse(readFileSync(kept, "utf8")) as Schema
}

/** What is wrong, without what only says that another branch of a choice was not taken. */
function told(errors: ErrorObject[]): string[] {
  const plain = errors.filter(one => !["const", "enum", "anyOf"].includes(one.keyword))
  const deep = (one: ErrorObject): number => one.instancePath.split("/").length
  const lines = (plain.length > 0 ? plain : errors)
    .sort((one, other) => deep(other) - deep(one))
    .map(one => `${one.instancePath} ${one.message} ${JSON.stringify(one.params)}`)
  return [...new Set(lines)].slice(0, 12)
}

const answers = JSON.parse(await text(process.stdin)) as Answer[]
const ajv = new Ajv({ allErrors: true, strict: false })
const { definitions } = officialTypes()
const known = new Map<string, ValidateFunction>()
const wrong = answers.flatMap(({ type, name, body }) => {
  let check = known.get(type)
  if (check === undefined) {
    check = ajv.compile({ $ref: `#/definitions/${type}`, definitions })
    known.set(type, check)
  }
  return check(body) ? [] : [{ type, name, errors: told(check.errors ?? []) }]
})
process.stdout.write(JSON.stringify(wrong))
