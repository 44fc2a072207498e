import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { createClient } from "../../../client-sdk/src/index.ts";
import { launchBrowser } from "../../support/browser.ts";
import { freePort } from "../../support/free-port.ts";
import { startApp } from "../../support/start-app.ts";
import { useConsumer } from "./support/consumer.ts";
import { talked, writeTalk } from "./support/talk.ts";

/** Frameworks are heavy to install and to build with: `NODE_TESTS=all` runs these. */
const isLongForm = process.env["NODE_TESTS"] === "all";

describe.runIf(isLongForm)("Next", () => {
  const project = useConsumer("next@16.4.6", "react@19.3.1", "react-dom@19.3.1");

  test("reads on the server, and follows and sends in the browser", { timeout: 300_000 }, async () => {
    mkdirSync(join(project.folder, "app"));
    project.write(
      "app/layout.js",
      `export default function Layout({ children }) {
  return <html lang="en"><body>{children}</body></html>;
}`,
    );
    project.write(
      "app/page.js",
      `import { createClient } from "@ai-desk/client";
import { Conversation } from "./conversation.js";
export const dynamic = "force-dynamic";
export default async function Page() {
  const url = process.env.AI_DESK_URL;
  const { items } = await createClient({ url }).session.list.query();
  return <main><h1>{items[0].title}</h1><Conversation url={url} id={items[0].id} /></main>;
}`,
    );
    project.write(
      "app/conversation.js",
      `"use client";
import { createChat } from "@ai-desk/client";
import { useSession } from "@ai-desk/client/react";
import { useState } from "react";
export function Conversation({ url, id }) {
  const [chat] = useState(() => createChat({ url }));
  const { status, messages, send } = useSession(id, { chat });
  return <section data-status={status}>
    {messages.map(({ key, content, delivery }) => <p key={key}>{content} {delivery}</p>)}
    <button onClick={() => void send("Hello")}>Send</button>
  </section>;
}`,
    );
    const next = join("node_modules/next/dist/bin/next");
    await project.runWell(process.execPath, [next, "build"]);
    const { url } = await startApp();
    await createClient({ url }).session.create.mutate({ title: "From the server" });
    const port = await freePort();
    const server = spawn(process.execPath, [next, "start", "-p", `${port}`], {
      cwd: project.folder,
      env: { ...process.env, AI_DESK_URL: url, NEXT_TELEMETRY_DISABLED: "1" },
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void server.kill("SIGKILL"));
    for await (const text of server.stdout) if (String(text).includes("Ready")) break;
    const html = await (await fetch(`http://localhost:${port}/`)).text();
    expect(html).toContain("<h1>From the server</h1>");
    expect(html).toContain('data-status="connecting"');
    const browser = await launchBrowser();
    onTestFinished(() => browser.close());
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on("pageerror", ({ message }) => errors.push(message));
    await page.goto(`http://localhost:${port}/`);
    await page.locator('section[data-status="live"]').waitFor();
    await page.getByRole("button").click();
    await page.getByText("Hello sent").waitFor();
    expect(errors).toEqual([]);
  });
});

describe.runIf(isLongForm)("Metro 0.80, which reads `main` and no `exports`", () => {
  const project = useConsumer("metro@0.80.12", "@babel/core@7", "@babel/preset-env@7");

  test("bundles it", { timeout: 300_000 }, async () => {
    writeTalk(project);
    project.write("index.js", 'import { talk } from "./talk.mjs";\ntalk(url).then(console.log);');
    project.write(
      "babel.config.cjs",
      'module.exports = { presets: [["@babel/preset-env", { modules: "commonjs" }]] };',
    );
    project.write(
      "bundle.cjs",
      `const Metro = require("metro");
Metro.loadConfig({ cwd: __dirname }, { maxWorkers: 1, cacheStores: [] }).then((config) => {
  config.resolver.sourceExts.push("mjs");
  return Metro.runBuild(config, { entry: "index.js", out: "bundle.js", platform: "ios", dev: false, minify: false });
});`,
    );
    await project.runWell(process.execPath, ["bundle.cjs"]);
    const { url } = await startApp();
    // A bundle is a script, and what it is run with is global.
    const run = `globalThis.url = ${JSON.stringify(url)};
require("vm").runInThisContext(require("fs").readFileSync("bundle.js", "utf8"));`;
    expect(await project.runWell(process.execPath, ["-e", run])).toBe(`${talked}\n`);
  });
});
