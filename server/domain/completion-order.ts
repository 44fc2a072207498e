import type { MessageRow } from "../../db/store.ts";
import type { Message } from "../contract/message.ts";

const later = new WeakMap<Message, number>();

/** Notes the place of a reply that has ended in the order in which messages became complete. */
export function noteCompletion(message: Message, { complete_id: completeId }: MessageRow): void {
  if (completeId !== null) later.set(message, completeId);
}

/** Messages became complete in the order of this number. It is the id, but for a reply, which was complete later. */
export function completionOf(message: Message): number {
  return later.get(message) ?? message.id;
}

/** Before every message. */
export const beforeAll = Number.MIN_SAFE_INTEGER - 1;
