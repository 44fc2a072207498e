import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

const repository = resolve(import.meta.dirname, "../..");

/** The command by which `npm start` runs the server of a checkout, with this Node, in any working directory. */
export function serverCommand(root = repository): string[] {
  const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    scripts: { start: string };
  };
  // The two words before the arguments are the shell's `exec` and the Node that runs npm.
  const [, , ...args] = scripts.start.split(" ");
  return [process.execPath, ...args.map((arg) => (arg.startsWith("server/") ? join(root, arg) : arg))];
}
