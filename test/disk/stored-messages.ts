import SqliteFile from "better-sqlite3";
import { expect } from "vitest";
import { readSession } from "../support/rest.ts";
import { contentOf } from "./keyed-content.ts";
import type { Attempt } from "./senders.ts";

type Stored = { id: number; key?: string | undefined; content: string };

/** Expects that every acknowledged message is among these, unchanged and only once. */
function expectToHold(stored: readonly Stored[], attempts: readonly Attempt[]): void {
  const byKey = new Map(stored.map((message) => [message.key, message]));
  expect(stored).toHaveLength(byKey.size);
  expect(stored.filter(({ key = "", content }) => content !== contentOf(key))).toEqual([]);
  const missing = attempts.filter((made) => made.outcome === "stored" && byKey.get(made.key)?.id !== made.id);
  expect(missing).toEqual([]);
}

/** Expects that a subscriber gets each acknowledged message once. */
export async function expectToBeShown(
  url: string,
  sessionId: string,
  attempts: readonly Attempt[],
): Promise<void> {
  const { messages } = await readSession(url, sessionId);
  expectToHold(messages, attempts);
}

/**
 * Expects that the file, which no process has open, is complete and holds each acknowledged message of all sessions
 * once.
 */
export function expectToBeIn(file: string, attempts: readonly Attempt[]): void {
  const database = new SqliteFile(file);
  try {
    expect(database.pragma("integrity_check", { simple: true })).toBe("ok");
    expectToHold(database.prepare<[], Stored>("select id, key, content from message").all(), attempts);
  } finally {
    database.close();
  }
}
