import { readFileSync, writeFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync, Visitor } from "vite";

const root = join(import.meta.dirname, "../../..");

/** A function body, from the first character to the last: a block in braces, or the expression of an arrow function. */
type Body = { type: string; start: number; end: number };

const calls: string[] = [];
(globalThis as { noteCall?: (file: string) => void }).noteCall = (file) => calls.push(file);
process.on("exit", () => writeFileSync(process.env["NOTED_CALLS"] ?? "", calls.join("\n")));

// This module is loaded before the server, each of whose functions then notes its file when it is called.
registerHooks({
  load(url, context, nextLoad) {
    const file = url.startsWith("file:") ? fileURLToPath(url) : "";
    const isOurs = file.endsWith(".ts") && /^(?:server|db)\//.test(file.slice(root.length + 1));
    if (!isOurs) return nextLoad(url, context);
    return { format: "module-typescript", source: withNotes(file), shortCircuit: true };
  },
});

function withNotes(file: string): string {
  const text = readFileSync(file, "utf8");
  const name = JSON.stringify(file.slice(root.length + 1));
  const inserted: { at: number; text: string }[] = [];
  const note = ({ body }: { body: Body | null }): void => {
    if (!body) return;
    if (body.type === "BlockStatement" || body.type === "FunctionBody") {
      inserted.push({ at: body.start + 1, text: `noteCall(${name});` });
    } else {
      inserted.push({ at: body.start, text: `(noteCall(${name}), (` }, { at: body.end, text: "))" });
    }
  };
  new Visitor({
    FunctionDeclaration: note,
    FunctionExpression: note,
    ArrowFunctionExpression: note,
  }).visit(parseSync(file, text).program);
  // The last first, so that the earlier places stay where they are.
  return inserted
    .toSorted((a, b) => b.at - a.at)
    .reduce((noted, { at, text: more }) => noted.slice(0, at) + more + noted.slice(at), text);
}
