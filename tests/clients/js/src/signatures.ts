/**
 * Checks signatures of webhooks: reads a list of {body, signature, token} as JSON from standard
 * input, writes for each whether Notion's own client takes it for genuine.
 */

import { verifyWebhookSignature } from "@notionhq/client"
import { text } from "node:stream/consumers"

interface Delivery {
  body: string
  signature: string
  token: string
}

const deliveries = JSON.parse(await text(process.stdin)) as Delivery[]
const genuine = deliveries.map(({ body, signature, token }) =>
  verifyWebhookSignature({ body, signature, verificationToken: token })
)
process.stdout.write(JSON.stringify(await Promise.all(genuine)))
