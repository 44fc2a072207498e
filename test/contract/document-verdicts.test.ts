import { expect, test } from "vitest";
import { createValidator, readDocument } from "../support/openapi.ts";
import { call, createSession } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { callTrpc } from "../support/trpc-wire.ts";

const texts = [
  "",
  " ",
  "a",
  "\0",
  "a\0b",
  "\n",
  "a\tb",
  "a\n",
  "\u007f",
  "\u0080",
  "\u009f",
  "\u00a0",
  "\u2028",
  "\ufeff",
  ".",
  "..",
  "...",
  ".a",
  "..a",
  "a.",
  "%2e",
  "日本",
  "😀".repeat(128),
  "😀".repeat(129),
  "x".repeat(128),
  "x".repeat(129),
  "x".repeat(1000),
  "x".repeat(1001),
];

/** Where text stands in an input: the schema of the body, its field, and how each door is asked. */
const places = [
  { schema: "NewSession", field: "id", path: "/api/sessions", procedure: "session.create", more: {} },
  { schema: "NewSession", field: "title", path: "/api/sessions", procedure: "session.create", more: {} },
  {
    schema: "NewMessage",
    field: "content",
    path: "/api/sessions/s/messages",
    procedure: "message.add",
    more: { sender: "user" },
  },
  {
    schema: "NewMessage",
    field: "sender",
    path: "/api/sessions/s/messages",
    procedure: "message.add",
    more: { content: "Hello" },
  },
];

test.each(places)(
  "the document, REST and tRPC give the same verdict on a text as $field of $schema",
  async ({ schema, field, path, procedure, more }) => {
    const { url } = await startApp({ maxMessageChars: 1000 });
    await createSession(url, { id: "s" });
    const faultsOf = createValidator(await readDocument(url), { exactly: false });
    for (const text of texts) {
      const body = { ...more, [field]: text };
      const isDocumented = faultsOf({ $ref: `#/components/schemas/${schema}` }, body).length === 0;
      const answer = await call(url, "POST", path, body);
      // The second of the two finds the session that the first has made.
      const overTrpc = await callTrpc(url, procedure, { input: { session_id: "s", ...body } });
      expect
        .soft(
          [answer.status !== 400, overTrpc.status !== 400],
          `${JSON.stringify(text.slice(0, 20))}, ${text.length}`,
        )
        .toEqual([isDocumented, isDocumented]);
    }
  },
);

test("the document and REST give the same verdict on a text as the key of a send", async () => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  const document = await readDocument(url);
  const faultsOf = createValidator(document, { exactly: false });
  const { parameters = [] } = document.paths["/api/sessions/{session_id}/messages"]?.["post"] ?? {};
  const { schema = {} } = parameters.find(({ name }) => name === "Idempotency-Key") ?? {};
  // A header can hold these: no line break, no NUL, no DEL, and no space at an end.
  for (const key of texts.filter((text) => !/[\0\n\u007f]|^ $/.test(text))) {
    const answer = await fetch(`${url}/api/sessions/s/messages`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "idempotency-key": Buffer.from(key).toString("latin1"),
      },
      body: JSON.stringify({ content: "Hello", sender: "user" }),
    });
    const isDocumented = faultsOf(schema, key).length === 0;
    const words = (await answer.json()) as { message?: string };
    expect
      .soft(words.message?.startsWith("key") ?? false, JSON.stringify(key.slice(0, 20)))
      .toBe(!isDocumented);
  }
});
