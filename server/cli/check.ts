import { resolve } from "node:path";
import { checkFile } from "../../db/sqlite/check-file.ts";
import { readDatabaseFile } from "../config.ts";
import { describeContent } from "./describe-content.ts";
import type { VerbCall } from "./verb.ts";

/** Prints the kind of a file and its faults. @returns the exit code: 0 if it is sound, else 1. */
export async function run({ args, environment }: VerbCall): Promise<number> {
  const file = resolve(args[0] ?? readDatabaseFile(environment));
  const { kind, faults, ...content } = await checkFile(file);
  const isUsable = kind.is !== "foreign" && kind.is !== "newer";
  const isCounted = kind.is === "ours" || kind.is === "older";
  const lines = [`${file}: ${kind.sentence}`, ...faults.map(({ rule, sentence }) => `${rule}: ${sentence}`)];
  if (faults.length === 0 && isUsable) {
    lines.push(isCounted ? `It is sound: ${describeContent(content)}.` : "Its pages are sound.");
  }
  process.stdout.write(`${lines.join("\n")}\n`);
  return faults.length === 0 && isUsable ? 0 : 1;
}
