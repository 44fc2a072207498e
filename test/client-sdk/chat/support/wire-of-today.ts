import type { LiveEvent, Message } from "../../../../client-sdk/src/chat/wire.ts";
import { onEventInputSchema } from "../../../../server/contract/live-event.ts";
import { updateMessageInputSchema } from "../../../../server/contract/message.ts";

/** Whether the server has `key`, `seq` and `if_seq` on every message, and the order by activity. */
export const hasWholeContract =
  "if_seq" in updateMessageInputSchema.shape && "limit" in onEventInputSchema.shape;

/** Stands in for fields that a server without the whole contract leaves out. It adds nothing where they are. */
export function withKeyAndSeq(message: Partial<Message> & { id: number }, seq: number): Message {
  return { key: `#${message.id}`, seq, ...message } as Message;
}

/** Does the same for the events of one session. */
export function createEventReader(): (event: LiveEvent) => LiveEvent {
  const keys = new Map<number, string>();
  const note = (message: Message, seq: number): Message => {
    const whole = withKeyAndSeq(message, seq);
    keys.set(whole.id, whole.key);
    return whole;
  };
  return (event) => {
    if (event.type === "message") return { ...event, message: note(event.message, event.seq) };
    if (event.type === "message_deleted")
      return { ...event, key: event.key ?? keys.get(event.message_id) ?? "" };
    if (event.type !== "snapshot" && event.type !== "reset") return event;
    const messages = event.session.messages.map((message) => note(message, 0));
    return { ...event, session: { ...event.session, messages } };
  };
}
