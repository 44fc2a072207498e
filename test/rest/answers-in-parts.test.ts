import { expect, test } from "vitest";
import { createSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";

test.each([
  ["a page of messages", "/api/sessions/s/messages?limit=500"],
  ["a session", "/api/sessions/s"],
  ["a poll", "/api/sessions/s/events"],
])("no character of %s is cut in two where the answer goes out in parts", async (_name, path) => {
  const { url } = await startApp();
  await createSession(url, { id: "s" });
  // Of two UTF-16 code units each, and in one of the two messages any cut falls between them.
  const contents = ["", "x"].map((start) => start + "🙂".repeat(49_999));
  for (const content of contents) await send(url, "s", content);
  const text = await (await fetch(url + path)).text();
  for (const content of contents) expect(text.includes(`"${content}"`)).toBe(true);
});
