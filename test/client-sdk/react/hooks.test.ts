import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createClient } from "../../../client-sdk/src/index.ts";
import { launchBrowser } from "../../support/browser.ts";
import { startGateway } from "../../support/gateway.ts";
import { startApp } from "../../support/start-app.ts";
import { buildProgram } from "./support/build-program.ts";

let browser: Browser;
let script: string;
beforeAll(async () => {
  [browser, script] = await Promise.all([
    launchBrowser(),
    buildProgram(join(import.meta.dirname, "hooks/main.tsx")),
  ]);
});
afterAll(() => browser.close());

async function openProbe() {
  const { url } = await startApp();
  const client = createClient({ url });
  for (const id of ["a", "b"]) {
    await client.session.create.mutate({ id });
    await client.message.add.mutate({ session_id: id, content: `of ${id}`, sender: "user" });
  }
  const { url: address } = await startGateway(url, {
    files: new Map([
      [
        "/",
        { type: "text/html", body: '<!doctype html><body><script type="module" src="main.js"></script>' },
      ],
      ["/main.js", { type: "text/javascript", body: script }],
    ]),
  });
  const page = await browser.newPage();
  await page.goto(address);
  await page.getByText("of a").waitFor();
  await page.waitForFunction("chat.status === 'live' && chat.session('a').getSnapshot().status === 'live'");
  return { page, client };
}

test("the objects of the hooks are the same until something changed, and their actions stay", async () => {
  const { page, client } = await openProbe();
  const again = `new Promise((done) => {
    const before = rendered.at(-1);
    const count = rendered.length;
    show(before.id);
    const look = () => {
      if (rendered.length === count) return requestAnimationFrame(look);
      const after = rendered.at(-1);
      done([after.session === before.session, after.sessions === before.sessions]);
    };
    look();
  })`;
  expect(await page.evaluate(again)).toEqual([true, true]);
  await page.evaluate("{ window.earlier = rendered.at(-1); }");
  await client.message.add.mutate({ session_id: "a", content: "news", sender: "user" });
  await page.getByText("news").waitFor();
  const same = (name: string): Promise<unknown> =>
    page.evaluate(`rendered.at(-1).${name} === earlier.${name}`);
  expect(
    await Promise.all(["session", "session.send", "session.loadEarlier", "sessions.create"].map(same)),
  ).toEqual([false, true, true, true]);
  await page.evaluate("{ const { send } = rendered.at(-1).session; void send('without this'); }");
  await page.getByText("without this").waitFor();
  await page.close();
});

test("another id shows the other session in the same render, and never the messages of the one before", async () => {
  const { page } = await openProbe();
  for (const id of ["b", "a", "b"]) {
    await page.evaluate((next) => show(next), id);
    await page.getByText(`of ${id}`).waitFor();
  }
  const mixed = await page.evaluate(`rendered.filter(({ id, session }) =>
    session.id !== id || session.messages.some(({ session_id }) => session_id !== id)).length`);
  expect(mixed).toBe(0);
  await page.close();
});

declare const show: (id: string) => void;
