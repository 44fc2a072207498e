import type { MessageRow } from "../../db/message-queries.ts";
import { listMessages as listMessageRows } from "../../db/message-queries.ts";
import { limits } from "../contract/limits.ts";
import type { Message } from "../contract/message.ts";
import type { Desk } from "./desk.ts";

/** A message as the doors show it. */
export function toMessage({ key, ...message }: MessageRow): Message {
  return key === null ? message : { ...message, key };
}

/**
 * All messages of a session, oldest first, in chunks: between two of them others have their turn, and no more than one
 * chunk is in memory. Empty if there is no such session.
 */
export async function* readMessages(
  desk: Desk,
  sessionId: string,
  chunkSize: number = limits.pageItems,
): AsyncGenerator<Message[], void, undefined> {
  let after = 0;
  for (;;) {
    const rows = await listMessageRows(desk.database.read, {
      sessionId,
      after,
      limit: chunkSize,
      from: "oldest",
    });
    const last = rows.at(-1);
    if (last) yield rows.map(toMessage);
    if (!last || rows.length < chunkSize) return;
    after = last.id;
  }
}

export async function collectMessages(desk: Desk, sessionId: string): Promise<Message[]> {
  return (await Array.fromAsync(readMessages(desk, sessionId))).flat();
}
