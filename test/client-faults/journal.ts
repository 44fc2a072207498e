import { appendFileSync, existsSync, readFileSync } from "node:fs";
import type { Entry, Fact } from "./client-history.ts";

/** Writes facts to a file synchronously, so that SIGKILL loses none. */
export type Journal = (chat: string, fact: Fact) => void;

export function openJournal(path: string, life: number): Journal {
  return (chat, fact) => {
    const entry: Entry = { at: Date.now(), life, chat, ...fact };
    appendFileSync(path, `${JSON.stringify(entry)}\n`);
  };
}

/** The facts of all lives. The last line of a killed life may be incomplete. */
export function readJournal(path: string): Entry[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as Entry];
      } catch {
        return [];
      }
    });
}
