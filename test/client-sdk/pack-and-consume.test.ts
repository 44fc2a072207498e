import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { packClient } from "../support/pack-client.ts";
import { clean, ScratchProject } from "../support/scratch-project.ts";
import { startServer } from "../support/start-server.ts";

const root = resolve(import.meta.dirname, "../..");

const conversation = `
import type { LiveEvent, Message } from "@ai-desk/client";
import { createClient, errorCodes, isClientError } from "@ai-desk/client";

const client = createClient({ url: process.argv[2] ?? "" });
const session = await client.session.create.mutate({ title: "Packed" });
const seen: LiveEvent["type"][] = [];
await new Promise<void>((done) => {
  const subscription = client.session.onEvent.subscribe({ session_id: session.id }, {
    onData({ data: event }) {
      seen.push(event.type);
      if (event.type === "caught_up") void client.message.add.mutate({ session_id: session.id, content: "Hello", sender: "user" });
      if (event.type !== "message") return;
      const message: Message = event.message;
      console.log(message.content, message.sender);
      subscription.unsubscribe();
      done();
    },
  });
});
try {
  await client.session.get.query({ session_id: "nobody" });
} catch (error) {
  if (isClientError(error)) console.log(error.data?.code, errorCodes.NOT_FOUND.httpStatus);
}
console.log(seen.join(" "));
`;

/** Each a program that must not compile, and the error that says why. */
const wrong: Record<string, [program: string, error: string]> = {
  "a field that a procedure does not take": [
    'await client.message.add.mutate({ session_id: "s", text: "Hello", sender: "user" });',
    "TS2353",
  ],
  "a sender that there is not": [
    'await client.message.add.mutate({ session_id: "s", content: "Hello", sender: "robot" });',
    "TS2322",
  ],
  "a field that an answer does not have": [
    '(await client.session.get.query({ session_id: "s" })).messages[0]?.text;',
    "TS2339",
  ],
  "a procedure that there is not": ["await client.session.rename.mutate({});", "TS2339"],
  "a mutation taken for a query": ["await client.session.create.query({});", "TS2339"],
  "an event that there is not": [
    'client.session.onEvent.subscribe({ session_id: "s" }, { onData: ({ data }) => data.type === "typing" });',
    "TS2367",
  ],
  "an error code that there is not": [
    'client.health.query().catch((error: unknown) => isClientError(error) && error.data?.code === "GONE");',
    "TS2367",
  ],
};

test(
  "packed and installed elsewhere, it type-checks what is right, refuses what is wrong, and talks",
  { timeout: 120_000 },
  async () => {
    const tarball = await packClient();
    const project = new ScratchProject();
    project.write("package.json", JSON.stringify({ type: "module", private: true }));
    await project.runWell("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", tarball]);
    project.write("globals.d.ts", "declare const process: { argv: string[] };");
    project.write("talk.ts", conversation);
    for (const resolution of [
      ["--module", "nodenext"],
      ["--module", "esnext", "--moduleResolution", "bundler"],
    ]) {
      expect(await project.check(["globals.d.ts", "talk.ts"], resolution)).toEqual(clean);
    }

    // The entry for React, with the React that a project has.
    mkdirSync(join(project.folder, "node_modules/@types"), { recursive: true });
    for (const name of ["react", "@types/react", "csstype"])
      symlinkSync(join(root, "node_modules", name), join(project.folder, "node_modules", name));
    project.write("chat.tsx", readFileSync(join(root, "test/client-sdk/react/small-chat/app.tsx"), "utf8"));
    expect(await project.check(["chat.tsx"], ["--module", "nodenext", "--jsx", "react-jsx"])).toEqual(clean);

    const preamble =
      'import { createClient, isClientError } from "@ai-desk/client";\nconst client = createClient({ url: "http://x" });\n';
    const programs = Object.entries(wrong);
    for (const [index, [, [program]]] of programs.entries())
      project.write(`wrong-${index}.ts`, preamble + program);
    const { stdout } = await project.check(
      programs.map((_, index) => `wrong-${index}.ts`),
      ["--module", "nodenext"],
    );
    const found = [...stdout.matchAll(/^wrong-(\d+)\.ts\((\d+),\d+\): error (TS\d+)/gm)];
    expect(found.map(([, index, line, code]) => [programs[Number(index)]?.[0], line, code])).toEqual(
      programs.map(([name, [, code]]) => [name, "3", code]),
    );

    const server = await startServer();
    expect(await project.runWell(process.execPath, ["talk.ts", server.url])).toBe(
      "Hello user\nNOT_FOUND 404\nsnapshot caught_up message\n",
    );
  },
);
