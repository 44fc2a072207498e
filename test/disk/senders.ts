import type { Door } from "../support/doors.ts";
import { contentOf } from "./keyed-content.ts";

/** A sender's knowledge about a message: its door's answer, or that none came. */
export type Attempt =
  | { key: string; outcome: "stored"; id: number }
  | { key: string; outcome: "unavailable" }
  | { key: string; outcome: "unknown" }
  | { key: string; outcome: "wrong"; answer: unknown };

/** Sends the message with this key. If `ended` comes first, there is no answer. */
export async function attempt(
  door: Door,
  { sessionId, key, ended }: { sessionId: string; key: string; ended: Promise<unknown> },
): Promise<Attempt> {
  const sending = door
    .send(sessionId, { content: contentOf(key), sender: "user" }, key)
    .catch(() => undefined);
  const outcome = await Promise.race([sending, ended.then(() => undefined)]);
  if (!outcome) return { key, outcome: "unknown" };
  if ("message" in outcome) {
    const { id, key: named, content } = outcome.message;
    if (id !== undefined && named === key && content === contentOf(key))
      return { key, outcome: "stored", id };
    return { key, outcome: "wrong", answer: outcome.message };
  }
  const { code, httpStatus = 503 } = outcome.error;
  if (code === "SERVICE_UNAVAILABLE" && httpStatus === 503) return { key, outcome: "unavailable" };
  return { key, outcome: "wrong", answer: outcome.error };
}

type Sending = { sessionId: string; keys: readonly string[]; ended: Promise<unknown> };

/** Sends the messages with these keys once each, on each door one after the other. */
export async function sendAll(
  doors: readonly Door[],
  { sessionId, keys, ended }: Sending,
): Promise<Attempt[]> {
  const waiting = [...keys];
  const attempts: Attempt[] = [];
  await Promise.all(
    doors.map(async (door) => {
      for (let key = waiting.shift(); key !== undefined; key = waiting.shift()) {
        attempts.push(await attempt(door, { sessionId, key, ended }));
      }
    }),
  );
  return attempts;
}

/** Like {@link sendAll}, but repeats a message that the server could not store under its key until it is stored. */
export async function sendUntilStored(doors: readonly Door[], sending: Sending): Promise<Attempt[]> {
  const attempts: Attempt[] = [];
  for (let { keys } = sending; keys.length > 0;) {
    const made = await sendAll(doors, { ...sending, keys });
    attempts.push(...made);
    keys = made.filter(({ outcome }) => outcome === "unavailable").map(({ key }) => key);
  }
  return attempts;
}

/** Names for sends. */
export function keysOf(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
}
