import type { BrowserContext } from "playwright-core";
import { expect, test } from "vitest";
import { fillSession } from "../support/fill-session.ts";
import { startApp } from "../support/start-app.ts";
import { useStage } from "./support/stage.ts";

const messageCount = 10_000;
const content = "A message with **bold** text, `code` and [a link](https://example.com).";
const rows = 100;

/** The least page that shows as much: one request, and text in rows. */
const floor = (id: string): string => `<!doctype html><title>Floor</title><ol></ol><script type="module">
  const input = encodeURIComponent(JSON.stringify({ session_id: ${JSON.stringify(id)}, order: "newest", limit: ${rows} }));
  const answer = await fetch("/trpc/message.list?input=" + input);
  for (const message of (await answer.json()).result.data.items) {
    const row = document.createElement("li");
    row.dataset.id = message.id;
    row.textContent = message.content;
    document.querySelector("ol").prepend(row);
  }
</script>`;

/** Notes when the rows are in the document, in milliseconds since the navigation. */
const noteRows = `{
  const look = () => {
    if (document.querySelectorAll("li[data-id]").length >= ${rows}) window.rowsAtMs = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}`;

const setStage = useStage();

/** Resolves when the browser has kept so many messages. */
const untilKept = `new Promise((kept) => {
  const opening = indexedDB.open("ai-desk", 1);
  const look = () => {
    const values = opening.result.transaction("values").objectStore("values").getAll();
    values.onsuccess = () => {
      const isKept = values.result.some((value) => JSON.parse(value).state?.messages?.length === ${rows});
      if (isKept) kept();
      else look();
    };
  };
  opening.onsuccess = look;
})`;

/** @returns how long a visit takes until the rows are there, in milliseconds */
async function visit(context: BrowserContext, url: string, { keeps = false } = {}): Promise<number> {
  const page = await context.newPage();
  await page.addInitScript(noteRows);
  await page.goto(url);
  await page
    .locator("li[data-id]")
    .nth(rows - 1)
    .waitFor({ state: "attached" });
  const rowsAtMs = await page.evaluate<number>(
    "new Promise((noted) => requestAnimationFrame(() => noted(window.rowsAtMs)))",
  );
  if (keeps) await page.evaluate(untilKept);
  await page.close();
  return rowsAtMs;
}

test(
  "a session of 10,000 messages opens with its latest hundred, from kept state before the server answers, and the times are told",
  { timeout: 60_000 },
  async ({ annotate }) => {
    const server = await startApp();
    // As high as a hundred rows, so that the page shows so many at once.
    const viewport = { viewport: { width: 1280, height: 9000 } };
    const stage = await setStage({ server, context: viewport });
    const id = await stage.makeSession("Long");
    fillSession(server.databaseFile, id, { count: messageCount, content });
    stage.gateway.files = new Map([
      ...stage.gateway.files,
      ["/floor", { type: "text/html", body: floor(id) }],
    ]);
    const address = `${stage.gateway.url}/app#${id}`;
    const { context } = stage;
    const times = {
      floor: await visit(context, `${stage.gateway.url}/floor`),
      cold: await visit(context, address, { keeps: true }),
      kept: await visit(context, address),
    };
    stage.proxy.treatment = "hold";
    stage.proxy.cut();
    expect(await visit(context, address)).toBeGreaterThan(0);
    const told = Object.entries(times).map(
      ([name, time]) => `${name} ${time.toFixed(0)} ms (${(time / times.floor).toFixed(1)}×)`,
    );
    await annotate(`${rows} rows of ${messageCount} messages after ${told.join(", ")}`);
  },
);
