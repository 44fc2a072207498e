import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "../..");

/** The command by which `npm start` runs the server of a checkout, with this Node, to be run from anywhere. */
export function serverCommand(root = repository): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: { start: string };
  };
  // `exec` is for the shell that npm starts: it becomes the server, and passes signals on by being it.
  const args = scripts.start.replace(/^exec node /, "").split(" ");
  return [process.execPath, ...args.map((arg) => (arg.startsWith("server/") ? join(root, arg) : arg))];
}
