import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { Message, Session } from "../../client-sdk/src/index.ts";
import packageFile from "../../package.json" with { type: "json" };
import { unpackClient } from "../support/pack-client.ts";
import { documented } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const root = resolve(import.meta.dirname, "../..");
const run = promisify(execFile);

type Snippet = { language: string; code: string; answer: string | undefined };

/** The fenced blocks of a file; a `json` block is what the block before it answers. */
function readSnippets(file: string): Snippet[] {
  const blocks = [...readFileSync(join(root, file), "utf8").matchAll(/^```(\w*)\n(.*?)^```$/gms)];
  return blocks.flatMap(([, language = "", code = ""], index) => {
    if (language === "json") return [];
    const [, nextLanguage, nextCode] = blocks[index + 1] ?? [];
    return { language, code, answer: nextLanguage === "json" ? nextCode : undefined };
  });
}

/** A project with the client in it. */
async function clientProject(): Promise<string> {
  const folder = makeTemporaryFolder();
  await unpackClient(folder);
  return folder;
}

/** Runs a program that does not end by itself until it has printed so many lines. */
async function readLines(args: string[], count: number): Promise<string[]> {
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (lines.length === count) child.kill();
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return lines;
}

const snippets = readSnippets("README.md");
const commands = snippets.filter(({ code }) => code.startsWith("npm ci"));
const conversation = snippets.filter((snippet) => !commands.includes(snippet));

test("the README's two commands are the ones that are run elsewhere: one below, one by CI", () => {
  expect(commands.map(({ code }) => code.trim())).toEqual(["npm ci && npm start", "npm ci && npm test"]);
  expect(readFileSync(join(root, ".ci/run"), "utf8")).toContain("\nnpm ci && npm test\n");
});

test("the README's conversation goes as it is written, block by block", async () => {
  const server = await startServer();
  const project = await clientProject();
  const outputs: string[] = [];
  for (const { language, code, answer } of conversation) {
    const here = code
      .replaceAll("http://localhost:8000", server.url)
      .replaceAll("ws://localhost:8000", server.wsUrl);
    if (language === "sh") {
      const { stdout } = await run("bash", ["-ec", here]);
      if (answer !== undefined) expect(JSON.parse(stdout), code).toEqual(JSON.parse(answer));
      outputs.push(stdout);
    } else if (language === "js") {
      const lines = await readLines(["--input-type=module", "--eval", here], 2);
      expect(
        lines.map((line) => (JSON.parse(line) as { message: { content: string } }).message.content),
      ).toEqual(["Hello", "Hello from a socket"]);
    } else {
      expect(language, "a kind of snippet that this test can run").toBe("ts");
      writeFileSync(join(project, "talk.mts"), here);
      const { stdout } = await run(process.execPath, ["talk.mts"], { cwd: project });
      expect(stdout).toBe("2 messages so far\nassistant says Hello from TypeScript\n");
    }
  }
  const session = JSON.parse(outputs.at(-2) ?? "") as Session;
  expect(session.messages.map(({ content }) => content)).toEqual([
    "Hello",
    "Hello from a socket",
    "Hello from TypeScript",
  ]);
  const { events } = JSON.parse(outputs.at(-1) ?? "") as { events: { message: Message }[] };
  expect(events.map(({ message }) => documented(message))).toEqual(session.messages);
  expect(conversation.map(({ language }) => language)).toEqual(["sh", "sh", "js", "ts", "sh", "sh"]);
});

/** The lines that each block of the client's README prints, in order. */
const printed = [
  "",
  "Plans\n",
  "true user\n",
  "Hi pending, Hi sent\n",
  "assistant\n",
  "failed refused\n",
  "Hello\n",
  "",
  "requested true\nstopped 2 of 2\nOnce upon a time\n",
  "50 true\n60 false\n",
  "",
  'NOT_FOUND There is no session "nobody".\n',
  `${packageFile.version} 100000\n`,
  "caught up\n",
  "Kept until the server has it\n",
  "",
  "You said: Hello\n",
  "",
];

test("each block of the client's README runs, and prints what it says", async () => {
  const server = await startServer();
  const project = await clientProject();
  const blocks = readSnippets("client-sdk/README.md");
  expect(blocks[0]?.language).toBe("sh");
  const [first = "", ...others] = blocks.filter(({ language }) => language === "ts").map(({ code }) => code);
  expect(others).toHaveLength(printed.length - 1);
  const outputs: string[] = [];
  for (const [index, block] of [first, ...others].entries()) {
    const end = index === others.length ? "" : "\nawait chat.close();\n";
    const program = `${index === 0 ? "" : first}${block}${end}`.replaceAll(
      "http://localhost:8000",
      server.url,
    );
    writeFileSync(join(project, `block-${index}.mts`), program);
    outputs.push((await run(process.execPath, [`block-${index}.mts`], { cwd: project })).stdout);
  }
  expect(outputs).toEqual(printed);
  // Where the commands of the other one are run, file by file.
  const packing = readFileSync(join(root, "test/support/pack-client.ts"), "utf8");
  for (const words of ['"run", "build", "-w", "client-sdk"', '"pack", "-w", "client-sdk"'])
    expect(packing).toContain(words);
});
