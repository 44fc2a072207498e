import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";
import type { Client } from "../../../client-sdk/src/index.ts";
import { createClient } from "../../../client-sdk/src/index.ts";
import { launchBrowser, watchForTrouble } from "../../support/browser.ts";
import type { FaultyProxy } from "../../support/faulty-proxy.ts";
import { startFaultyProxy } from "../../support/faulty-proxy.ts";
import type { Gateway } from "../../support/gateway.ts";
import { startGateway } from "../../support/gateway.ts";
import { startApp } from "../../support/start-app.ts";
import type { PageFiles } from "./built-page.ts";
import { buildPage } from "./built-page.ts";

/** A server with the page before it. The page itself is always answered, also while the server is down. */
export type Stage = {
  /** Between the page and the server. */
  proxy: FaultyProxy;
  gateway: Gateway;
  context: BrowserContext;
  /** Straight to the server. */
  client: Client;
  /** Everything that went wrong in the browser until now, of all pages. */
  trouble: string[];
  /** @param id the session to open */
  open: (id?: string) => Promise<Page>;
  /** Makes a session with messages, straight at the server. */
  makeSession: (title: string, contents?: readonly string[]) => Promise<string>;
  /** The contents of what is stored, in order. */
  stored: (id: string) => Promise<string[]>;
};

export type StageOptions = {
  files: PageFiles;
  prefix?: string;
  context?: BrowserContextOptions;
  /** The server; by default one in this process. */
  server?: { url: string };
};

/**
 * A browser and a page, for all tests of a file.
 *
 * @param build makes the files of the page; by default those of the chat page
 * @returns a function that sets a stage with them
 */
export function useStage(
  build: () => Promise<PageFiles> = () => buildPage(),
): (options?: Partial<StageOptions>) => Promise<Stage> {
  let browser: Browser;
  let files: PageFiles;
  beforeAll(async () => {
    [browser, files] = await Promise.all([launchBrowser(), build()]);
  });
  afterAll(() => browser.close());
  return (options) => setStage(browser, { files, ...options });
}

/** Sets a stage. It ends with the test. */
async function setStage(
  browser: Browser,
  { files, prefix = "", context: contextOptions, server: given }: StageOptions,
): Promise<Stage> {
  const server = given ?? (await startApp());
  const proxy = await startFaultyProxy(server.url);
  const gateway = await startGateway(proxy.url, { files, prefix });
  const client = createClient({ url: server.url });
  const context = await browser.newContext(contextOptions);
  context.setDefaultTimeout(15_000);
  onTestFinished(() => context.close());
  const trouble: string[] = [];
  return {
    proxy,
    gateway,
    context,
    client,
    trouble,
    async open(id) {
      const page = await context.newPage();
      watchForTrouble(page, new URL(gateway.url).origin, trouble);
      await page.goto(`${gateway.url}/app${id === undefined ? "" : `#${encodeURIComponent(id)}`}`);
      return page;
    },
    async makeSession(title, contents = []) {
      const { id } = await client.session.create.mutate({ title });
      for (const [index, content] of contents.entries())
        await client.message.add.mutate({
          session_id: id,
          content,
          sender: index % 2 === 0 ? "user" : "assistant",
        });
      return id;
    },
    async stored(id) {
      const { messages } = await client.session.get.query({ session_id: id });
      return messages.map(({ content }) => content);
    },
  };
}
