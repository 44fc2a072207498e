import { setImmediate as nextTurn } from "node:timers/promises";
import type { MessageRow } from "../../db/message-queries.ts";
import { fewMessages, listMessageChunk } from "../../db/message-queries.ts";
import { textValue } from "../../db/text-value.ts";
import { limits } from "../contract/limits.ts";
import type { Message } from "../contract/message.ts";
import type { Desk } from "./desk.ts";

/** A message as the doors show it. */
export function toMessage({ id, session_id, content, sender, timestamp, key }: MessageRow): Message {
  // Named one by one: to copy what is left of a row takes seven times as long, and a session has many.
  const message = {
    id,
    session_id,
    content: textValue(content),
    sender: textValue(sender),
    timestamp: textValue(timestamp),
  };
  return key === null ? message : { ...message, key: textValue(key) };
}

/**
 * All messages of a session, oldest first, in chunks: between two of them others have their turn, and no more than one
 * chunk, a megabyte of content, is in memory. Empty if there is no such session.
 */
export async function* readMessages(
  desk: Desk,
  sessionId: string,
): AsyncGenerator<Message[], void, undefined> {
  let after: number | undefined;
  // Most sessions are short, and of few messages nobody has to ask how large they are.
  for (let limit: number = fewMessages; ; limit = limits.pageItems) {
    const { rows, isLast } = await listMessageChunk(desk.database.read, {
      sessionId,
      after,
      limit,
      from: "oldest",
    });
    if (rows.length > 0) yield rows.map(toMessage);
    if (isLast) return;
    after = rows.at(-1)?.id ?? after;
    await nextTurn();
  }
}
