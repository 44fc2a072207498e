import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { Browser } from "playwright-core";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import { findBrowser, launchBrowser } from "../support/browser.ts";
import { createEventStreamParser } from "../support/event-stream.ts";
import { Collector } from "../support/readers.ts";
import { call, createSession, readSession, send } from "../support/rest.ts";
import { startApp } from "../support/start-app.ts";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";
import type { Seen } from "./live-door.ts";
import { apply, changesOf, expectUnbroken, typesAndSeqs, viewOf } from "./stream-rules.ts";

/** Gathers the events in the page; this runs in the browser. */
function gather(address: string): void {
  const seen: unknown[] = [];
  const source = new EventSource(address);
  source.addEventListener("message", ({ data, lastEventId }: { data: string; lastEventId: string }) =>
    seen.push({ position: lastEventId, event: JSON.parse(data) as unknown }),
  );
  Object.assign(globalThis, { seen, source });
}

function gathered(): unknown[] {
  return (globalThis as unknown as { seen: unknown[] }).seen;
}

describe.skipIf(findBrowser() === undefined && mayBeLeftOut())("in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  });

  test("an EventSource on a session goes on by itself after a restart, with nothing lost and nothing twice [RESUME-1] [RESUME-3]", async () => {
    const environment = { DATABASE_URL: `file:${join(makeTemporaryFolder(), "ai_desk.db")}` };
    let server = await startServer(environment);
    const { port } = new URL(server.url);
    await createSession(server.url, { id: "s" });
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    // An answer of the origin, not the chat page, which loads itself again once it is built.
    await page.goto(`${server.url}/api/sessions`);
    await page.evaluate(gather, `${server.url}/api/sessions/s/events`);
    const seenUpTo = async (seq: number): Promise<Seen[]> => {
      await page.waitForFunction(
        (last) => (globalThis as unknown as { seen: Seen[] }).seen.at(-1)?.event.seq === last,
        seq,
      );
      return (await page.evaluate(gathered)) as Seen[];
    };

    const { id } = await send(server.url, "s", "one");
    await send(server.url, "s", "two");
    await seenUpTo(2);
    await server.stop();
    server = await startServer({ ...environment, PORT: port });
    await call(server.url, "PATCH", `/api/sessions/s/messages/${id}`, { content: "one, edited" });
    await call(server.url, "PATCH", "/api/sessions/s", { title: "Renamed" });
    await seenUpTo(4);
    await send(server.url, "s", "live again");
    const seen = await seenUpTo(5);

    expectUnbroken(changesOf(seen));
    expect(
      seen.map(({ event }) => event.type).filter((type) => type === "snapshot" || type === "reset"),
    ).toEqual(["snapshot"]);
    expect(apply(seen)).toEqual(viewOf(await readSession(server.url, "s")));
    // So it did go away and come back.
    expect(seen.length - changesOf(seen).length).toBe(2);
  });
});

test("curl -N follows a session and resumes it with the header alone [RESUME-1]", async () => {
  const { app, url } = await startApp();
  await createSession(url, { id: "s" });
  for (const content of ["one", "two"]) await send(url, "s", content);
  const curl = (...headers: string[]) => {
    const child = spawn("curl", [
      "-sN",
      "-H",
      "Accept: text/event-stream",
      ...headers.flatMap((header) => ["-H", header]),
      `${url}/api/sessions/s/events?after=0`,
    ]);
    onTestFinished(() => void child.kill("SIGKILL"));
    const events = new Collector<Seen>();
    const take = createEventStreamParser(({ id: position = "", data = "" }) =>
      events.add({ position, event: JSON.parse(data) as LiveEvent }),
    );
    child.stdout.setEncoding("utf8").on("data", take);
    return { child, events };
  };
  const first = curl();
  await first.events.count(3);
  await send(url, "s", "three");
  const seen = await first.events.count(4);
  first.child.kill("SIGKILL");
  await once(first.child, "close");
  await expect.poll(() => app.counts().followers).toBe(0);
  await send(url, "s", "four");
  const second = curl(`Last-Event-ID: ${seen.at(-1)?.position}`);
  await send(url, "s", "five");
  const all = [...seen, ...(await second.events.until((items) => items.at(-1)?.event.seq === 5))];
  expectUnbroken(changesOf(all));
  expect(typesAndSeqs(changesOf(all)).map((place) => (place as unknown[])[1])).toEqual([1, 2, 3, 4, 5]);
  expect(apply(all).messages.map(({ content }) => content)).toEqual(["one", "two", "three", "four", "five"]);
});
