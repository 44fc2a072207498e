import type { Message } from "../../server/contract/message.ts";
import type { Following, LiveDoor } from "./live-door.ts";
import { liveDoors } from "./live-doors.ts";
import { messagesDoor } from "./socket-doors.ts";

/** Every door by which the messages of a session can be followed. */
export const messageDoors: LiveDoor[] = [...liveDoors, messagesDoor];

/** The doors of which a reader can be slow. A poll that is not read is an answer, and nothing waits for a client that asks for none. */
export const connections = messageDoors.filter(({ ends }) => ends.slow !== undefined);

/** The content of a message that is one frame, and more than the operating system holds for a connection. */
export const large = "x".repeat(10_000_000);

/** The messages that a reader was sent one by one, in their order. */
export function messagesOf({ events }: Following): Message[] {
  return events.items.flatMap(({ event }) => (event.type === "message" ? [event.message] : []));
}

/** Resolves when a reader was sent a message with this content, by itself or in its snapshot. */
export async function untilShown({ events }: Following, content: string): Promise<void> {
  const isShown = (message: Message): boolean => message.content === content;
  await events.until((items) =>
    items.some(({ event }) => {
      if (event.type === "snapshot") return event.session.messages.some(isShown);
      return event.type === "message" && isShown(event.message);
    }),
  );
}
