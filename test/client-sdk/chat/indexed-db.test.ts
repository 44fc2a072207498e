import { once } from "node:events";
import { createServer } from "node:http";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { ChatStorage, StorageChange } from "../../../client-sdk/src/chat/storage/chat-storage.ts";
import type { createChat } from "../../../client-sdk/src/create-chat.ts";
import { launchBrowser } from "../../support/browser.ts";
import { bundle } from "../../support/bundle.ts";

declare const indexedDB: {
  deleteDatabase(name: string): { addEventListener(type: "success", listener: () => void): void };
};

const clientFile = "../../client-sdk/src/index.ts";

declare const AIDesk: { createChat: typeof createChat };
declare const location: { origin: string };
declare function openDatabase(): Promise<void>;

/** The browser tells that the database is open when the page calls `openDatabase`. */
const slowOpening = `
  const opened = Promise.withResolvers();
  const { addEventListener } = IDBOpenDBRequest.prototype;
  IDBOpenDBRequest.prototype.addEventListener = function (type, listener) {
    const late = async (event) => {
      await opened.promise;
      listener(event);
    };
    addEventListener.call(this, type, type === "success" ? late : listener);
  };
  window.openDatabase = async () => {
    opened.resolve();
    await new Promise((later) => setTimeout(later));
  };
`;

let browser: Browser;
let script: string;

beforeAll(async () => {
  [browser, script] = await Promise.all([launchBrowser(), bundle(clientFile, "iife", "AIDesk")]);
});
afterAll(() => browser.close());

/** Tabs of one browser, each with a storage of its own as `window.storage`. @param before runs first in each */
async function openTabs(count: number, before?: string): Promise<Page[]> {
  const server = createServer((_, response) =>
    response.writeHead(200, { "content-type": "text/html" }).end("<title>Tab</title>"),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const context = await browser.newContext();
  onTestFinished(async () => {
    await context.close();
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  if (before !== undefined) await context.addInitScript(before);
  await context.addInitScript(
    `${script}; Object.assign(window, { AIDesk, storage: AIDesk.createIndexedDbStorage() });`,
  );
  return Promise.all(
    Array.from({ length: count }, async () => {
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${address.port}/`);
      return page;
    }),
  );
}

declare const storage: ChatStorage;

const write = (page: Page, changes: StorageChange[]) =>
  // Arguments reach the page as JSON, which has no undefined.
  page.evaluate(
    (all) => storage.write(all.map(([name, value]) => [name, value ?? undefined] as const)),
    changes,
  );
const list = (page: Page, prefix: string) => page.evaluate((wanted) => storage.list(wanted), prefix);

test("a tab reads the writes of another one, by prefix and in the order of names, also after a reload", async () => {
  const [one, two] = (await openTabs(2)) as [Page, Page];
  await write(one, [
    ["b/2", "two"],
    ["b/1", "one"],
    ["c", "other"],
  ]);
  const expected = [
    ["b/1", "one"],
    ["b/2", "two"],
  ];
  expect(await list(two, "b/")).toEqual(expected);
  await one.reload();
  expect(await list(one, "b/")).toEqual(expected);
  await write(two, [["b/2", undefined]]);
  expect(await one.evaluate(() => storage.get("b/2"))).toBeUndefined();
  expect(await one.evaluate(() => storage.get("b/1"))).toBe("one");
});

test("overlapping writes and reads keep their order", async () => {
  const [page] = (await openTabs(1)) as [Page];
  const read = await page.evaluate(() => {
    for (let at = 0; at < 50; at += 1) void storage.write([["name", String(at)]]);
    return storage.get("name");
  });
  expect(read).toBe("49");
});

test("a database that is deleted under it is opened anew", async () => {
  const [one, two] = (await openTabs(2)) as [Page, Page];
  await write(one, [["a", "old"]]);
  await list(two, "");
  // It ends only when every tab has let go of the database.
  await two.evaluate(
    () =>
      new Promise<void>((done) =>
        indexedDB.deleteDatabase("ai-desk").addEventListener("success", () => done()),
      ),
  );
  expect(await list(one, "")).toEqual([]);
  await write(one, [["a", "new"]]);
  expect(await list(two, "")).toEqual([["a", "new"]]);
});

describe.each([
  ["is missing", "Object.defineProperty(window, 'indexedDB', { value: undefined });"],
  ["throws", "IDBFactory.prototype.open = () => { throw new DOMException('', 'SecurityError'); };"],
  // A database of a later version cannot be opened.
  ["refuses", "indexedDB.open('ai-desk', 9).onsuccess = ({ target }) => target.result.close();"],
])("where IndexedDB %s", (_, before) => {
  test("calls reject", async () => {
    const [page] = (await openTabs(1, before)) as [Page];
    const isRejected = await page.evaluate(() =>
      Promise.all(
        [storage.write([["a", "b"]]), storage.get("a"), storage.list("")].map((call) =>
          call.then(
            () => false,
            () => true,
          ),
        ),
      ),
    );
    expect(isRejected).toEqual([true, true, true]);
  });

  test("an unsent message says that it is not kept [SEND-6]", async () => {
    const [page] = (await openTabs(1, before)) as [Page];
    const shown = await page.evaluate(() => {
      const store = AIDesk.createChat({ url: location.origin }).session("s");
      void store.send("Hello");
      return new Promise((resolve) => {
        store.subscribe(() => {
          const [message] = store.getSnapshot().messages;
          if (message?.isUnkept) resolve([message.content, message.delivery]);
        });
      });
    });
    expect(shown).toEqual(["Hello", "pending"]);
  });
});

test("a database that is opened late is used from then on", async () => {
  const [page] = (await openTabs(1, slowOpening)) as [Page];
  const first = await page.evaluate(() =>
    storage.write([["a", "early"]]).then(
      () => "kept",
      () => "rejected",
    ),
  );
  expect(first).toBe("rejected");
  await page.evaluate(() => openDatabase());
  await write(page, [["a", "late"]]);
  expect(await list(page, "")).toEqual([["a", "late"]]);
});

test("a write for which there is no room rejects and leaves the old value", async () => {
  const [page] = (await openTabs(1)) as [Page];
  const session = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  // Chromium asks for the quota when the database is opened.
  await session.send("Storage.overrideQuotaForOrigin", { origin, quotaSize: 1_000_000 });
  await write(page, [["a", "old"]]);
  const outcome = await page.evaluate(() =>
    storage
      .write([
        ["a", "new"],
        ["b", "x".repeat(20_000_000)],
      ])
      .then(
        () => "kept",
        (error: Error) => error.name,
      ),
  );
  expect([outcome, await list(page, "")]).toEqual(["QuotaExceededError", [["a", "old"]]]);
});
