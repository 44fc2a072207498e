import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scenarios } from "../../chat-page/scenarios/index.ts";
import type { PageFiles } from "../../chat-page/support/built-page.ts";
import { useStage } from "../../chat-page/support/stage.ts";
import { useConsumer } from "../package/support/consumer.ts";
import { buildProgram } from "./support/build-program.ts";

/** `NODE_TESTS=all` plays all scenarios, in a project that installs the packed client and builds with Vite. */
const isLongForm = process.env["NODE_TESTS"] === "all";
const folder = join(import.meta.dirname, "thirty-lines");
const sources = Object.fromEntries(
  ["app.tsx", "main.tsx"].map((name) => [name, readFileSync(join(folder, name), "utf8")]),
);
const html = '<!doctype html><html lang="en"><title>Chat</title><body>';

const shortForm = new Set([
  "a send whose answer is cut off",
  "sends while the server is down, and a reload",
  "a deletion while the page with the message is under way",
  "a slow answer after a newer edit",
  "React's StrictMode: one socket",
]);
const played = Object.entries(scenarios).filter(([name]) => isLongForm || shortForm.has(name));

const packages = ["vite@8.3.8", "@vitejs/plugin-react@6", "react@19.3.1", "react-dom@19.3.1"];
const project = isLongForm ? useConsumer(...packages) : undefined;

/** The page under React's development build, where StrictMode does everything twice. */
async function buildFiles(): Promise<PageFiles> {
  if (!project) {
    const body = atOwnOrigin(await buildProgram(join(folder, "main.tsx")));
    return new Map([
      ["/app", { type: "text/html", body: `${html}<script type="module" src="main.js"></script>` }],
      ["/main.js", { type: "text/javascript", body }],
    ]);
  }
  for (const [name, text] of Object.entries(sources)) project.write(name, text);
  project.write("index.html", `${html}<script type="module" src="/main.tsx"></script>`);
  project.write(
    "vite.config.js",
    'import react from "@vitejs/plugin-react";\nexport default { plugins: [react()] };',
  );
  const vite = [join(project.folder, "node_modules/vite/bin/vite.js"), "build", "--mode", "development"];
  await project.runWell("env", ["NODE_ENV=development", process.execPath, ...vite]);
  const dist = join(project.folder, "dist");
  return new Map([
    ["/app", { type: "text/html", body: readFileSync(join(dist, "index.html"), "utf8") }],
    ...readdirSync(join(dist, "assets")).map((name): [string, { type: string; body: string }] => [
      `/assets/${name}`,
      { type: "text/javascript", body: atOwnOrigin(readFileSync(join(dist, "assets", name), "utf8")) },
    ]),
  ]);
}

/** The gateway of a stage serves the page and the API. */
const atOwnOrigin = (script: string): string => script.replace("http://localhost:8000", "/");

const setStage = useStage(buildFiles);

test("a chat that carries the hooks of the scenarios is 30 lines", () => {
  const lines = sources["app.tsx"]?.split("\n").filter((line) => line.trim() !== "");
  expect(lines?.length).toBeLessThanOrEqual(30);
});

test("the short form names scenarios that there are", () => {
  expect(Object.keys(scenarios)).toEqual(expect.arrayContaining([...shortForm]));
});

test.each(played)(
  "the chat of 30 lines shows what is stored, once and in order: %s",
  { timeout: 90_000 },
  (_name, expectToHold) => expectToHold(({ react: _development, ...options } = {}) => setStage(options)),
);
