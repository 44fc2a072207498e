import createClient from "openapi-fetch";
import type { paths } from "./schema.d.ts";

declare const process: { argv: string[] };

const client = createClient<paths>({ baseUrl: process.argv[2] ?? "" });
const path = { session_id: "made by a generator" };

const made = await client.POST("/api/sessions", { body: { id: path.session_id, title: "Generated" } });
const sent = await client.POST("/api/sessions/{session_id}/messages", {
  params: { path, header: { "Idempotency-Key": "k" } },
  body: { content: "Hello", sender: "user" },
});
const refused = await client.POST("/api/sessions/{session_id}/messages", {
  params: { path },
  body: { content: "", sender: "assistant" },
});
const listed = await client.GET("/api/sessions", { params: { query: { limit: 2 } } });
const polled = await client.GET("/api/sessions/{session_id}/events", {
  params: { path, query: { after: "0" } },
});
const [event] = polled.data?.events ?? [];
const deleted = await client.DELETE("/api/sessions/{session_id}/messages/{message_id}", {
  params: { path: { ...path, message_id: sent.data?.id ?? 0 } },
});
const gone = await client.GET("/api/sessions/{session_id}", { params: { path } });

console.log(
  JSON.stringify([
    made.data?.messages.length,
    sent.data?.key,
    refused.error?.issues?.[0]?.message,
    listed.data?.[0]?.messages?.[0]?.content,
    event?.type === "message" ? event.message.content : "no message",
    deleted.response.status,
    gone.data?.messages.length,
  ]),
);
