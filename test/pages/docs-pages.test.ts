import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { answerStatic } from "../../server/http/static-file.ts";
import { createDocsPages } from "../../server/pages/docs-pages.ts";
import { findBrowser, launchBrowser, watchForTrouble } from "../support/browser.ts";
import { mayBeLeftOut } from "../support/may-be-left-out.ts";

const session = { id: "s1", title: "Trip to Lisbon" };
const answers = {
  200: { description: "The session", content: { "application/json": { example: session } } },
};
const title = { type: "string", minLength: 1, examples: [session.title] };
const body = { "application/json": { schema: { type: "object", properties: { title } } } };
const session_id = { name: "session_id", in: "path", required: true, schema: { type: "string" } };
const tags = ["sessions"];
const create = { operationId: "createSession", summary: "Start a session", requestBody: { content: body } };
const get = { operationId: "getSession", summary: "Read a session", parameters: [session_id] };
const sampleDocument = {
  openapi: "3.1.0",
  info: { title: "Sample Services", version: "1.0.0", description: "Sessions, in **one** process." },
  paths: {
    "/api/sessions": { post: { ...create, tags, responses: answers } },
    "/api/sessions/{session_id}": { get: { ...get, tags, responses: answers } },
  },
};

const pages = createDocsPages();
const posts: { body: unknown; origin: string | undefined }[] = [];

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url ?? "";
  const file = pages.find(path);
  response.setHeader("vary", "Origin");
  if (file) return answerStatic(request, response, file);
  response.setHeader("content-type", "application/json");
  if (path === "/openapi.json") {
    response.end(JSON.stringify(sampleDocument));
  } else if (path === "/api/sessions" && request.method === "POST") {
    posts.push({ body: JSON.parse(await text(request)), origin: request.headers.origin });
    response.end(JSON.stringify({ ...session, id: "made-by-the-server" }));
  } else {
    response.writeHead(404).end();
  }
}

let server: Server;
let origin: string;

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port.");
  origin = `http://127.0.0.1:${address.port}`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describe("the files of the docs pages", () => {
  const paths = ["/docs", "/docs/start.js", "/docs/swagger-ui.css", "/redoc", "/redoc/page.css"];

  test.each(paths)("%s says its type, is not sniffed, and is asked for again by its tag", async (path) => {
    const { status, headers } = await fetch(origin + path);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toMatch(/^text\/(html|css|javascript); charset=utf-8$/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("referrer-policy")).toBe("no-referrer");
    expect(headers.get("cache-control")).toBe("no-cache");
    expect(headers.get("etag")).toMatch(/^"[\w-]{43}"$/);
  });

  test("a client that has the file gets 304 without a body, and still the policy", async () => {
    const first = await fetch(`${origin}/docs`);
    const etag = first.headers.get("etag") ?? "";
    for (const known of [etag, `"other", W/${etag}`, "*"]) {
      const again = await fetch(`${origin}/docs`, { headers: { "if-none-match": known } });
      expect([again.status, await again.text()]).toEqual([304, ""]);
      expect(again.headers.get("etag")).toBe(etag);
      expect(again.headers.get("content-security-policy")).toContain("default-src 'none'");
    }
    expect((await fetch(`${origin}/docs`, { headers: { "if-none-match": '"other"' } })).status).toBe(200);
  });

  test("HEAD answers with the headers of GET and no body", async () => {
    const got = await fetch(`${origin}/redoc`);
    const asked = await fetch(`${origin}/redoc`, { method: "HEAD" });
    expect(asked.status).toBe(200);
    expect(await asked.text()).toBe("");
    for (const name of ["content-length", "content-type", "etag", "content-security-policy"]) {
      expect(asked.headers.get(name)).toBe(got.headers.get(name));
    }
  });

  test("the same bytes go out compressed to who takes gzip, with a tag of their own", async () => {
    const bundle = `${origin}/redoc/redoc.standalone.js`;
    const zipped = await fetch(bundle, { headers: { "accept-encoding": "br, gzip" } });
    const plain = await fetch(bundle, { headers: { "accept-encoding": "gzip;q=0, identity" } });
    expect(zipped.headers.get("content-encoding")).toBe("gzip");
    expect(plain.headers.get("content-encoding")).toBeNull();
    expect(zipped.headers.get("etag")).not.toBe(plain.headers.get("etag"));
    expect(zipped.headers.get("vary")).toBe("Origin, Accept-Encoding");
    expect(Number(zipped.headers.get("content-length"))).toBeLessThan(400_000);
    expect(await zipped.text()).toBe(await plain.text());
  });

  test.each([
    "/docs/swagger-ui.js",
    "/docs/../package.json",
    "/docs/%2e%2e/package.json",
    "/docs/..%2fpackage.json",
    "/docs//start.js",
    "/docs/constructor",
    "/redoc/README.md",
    "/redoc/start.js\0",
    "/Docs",
    "constructor",
    "",
  ])("what is not named is not there: %j", (path) => {
    expect(pages.find(path)).toBeUndefined();
  });

  test("neither page may run inline scripts, evaluate text or be framed by another site", async () => {
    for (const path of ["/docs", "/redoc"]) {
      const policy = (await fetch(origin + path)).headers.get("content-security-policy") ?? "";
      expect(policy).toContain("script-src 'self';");
      expect(policy).toContain("frame-ancestors 'self'");
      expect(policy).not.toMatch(/unsafe|https?:|\*/);
    }
  });

  test("the vendored ReDoc is the published one", async () => {
    const folder = new URL("../../server/pages/vendor/redoc/", import.meta.url);
    const noted = /sha256 of the file \| `(\w{64})`/.exec(
      await readFile(new URL("README.md", folder), "utf8"),
    )?.[1];
    const bundle = await readFile(new URL("redoc.standalone.js", folder));
    expect(createHash("sha256").update(bundle).digest("hex")).toBe(noted);
  });
});

const hasBrowser = findBrowser() !== undefined;

describe.skipIf(!hasBrowser && mayBeLeftOut())(
  `in a browser${hasBrowser ? "" : " (no Chromium here, see CHROMIUM)"}`,
  () => {
    let browser: Browser;

    beforeAll(async () => {
      browser = await launchBrowser();
    });

    afterAll(async () => {
      await browser.close();
    });

    async function visit(path: string): Promise<{ page: Page; trouble: string[] }> {
      const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
      onTestFinished(() => page.close());
      page.setDefaultTimeout(20_000);
      const trouble = watchForTrouble(page, origin);
      await page.goto(origin + path, { waitUntil: "networkidle" });
      return { page, trouble };
    }

    test("/docs lists the operations, and Try it out sends the request and shows the answer", async () => {
      const { page, trouble } = await visit("/docs");
      await page.getByText("Read a session").waitFor();
      await page.getByText("Start a session").click();
      await page.getByRole("button", { name: "Try it out" }).click();
      await page.getByRole("button", { name: "Execute" }).click();
      await page.locator(".live-responses-table").getByText("made-by-the-server").waitFor();
      expect(posts).toEqual([{ body: { title: "Trip to Lisbon" }, origin }]);
      expect(trouble).toEqual([]);
    });

    test("/docs opens at the operation that its address names", async () => {
      const { page, trouble } = await visit("/docs#/sessions/getSession");
      await page.getByRole("button", { name: "Try it out" }).waitFor();
      expect(trouble).toEqual([]);
    });

    test("/redoc lists the operations and finds them, and asks no other server for anything", async () => {
      const { page, trouble } = await visit("/redoc");
      await page.getByRole("heading", { name: "Read a session" }).waitFor();
      await page.getByRole("heading", { name: "Start a session" }).waitFor();
      await page.getByRole("textbox").fill("start");
      await page.locator('[data-role="search:results"]').getByText("Start a session").waitFor();
      await page.getByText("API docs by Redocly").waitFor();
      expect(trouble).toEqual([]);
    });
  },
);
