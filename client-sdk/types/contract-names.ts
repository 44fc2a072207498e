import type { z } from "zod";
import { healthSchema } from "../../server/contract/health.ts";
import { listEventSchema } from "../../server/contract/list-event.ts";
import { liveEventSchema } from "../../server/contract/live-event.ts";
import { messageRefSchema, messageSchema, senderSchema } from "../../server/contract/message.ts";
import { messagePageSchema } from "../../server/contract/message-list.ts";
import { sessionHeadSchema, sessionSchema } from "../../server/contract/session.ts";
import { sessionPageSchema, sidebarSessionSchema } from "../../server/contract/session-list.ts";

const listedSessionSchema = sessionPageSchema.shape.items.element;
const lastMessageSchema = sidebarSessionSchema.shape.last_message.unwrap();

/**
 * The types of the server's inputs and outputs, by their names in the package. Each type comes after the types that it
 * uses.
 */
export const contractTypes: ReadonlyMap<string, z.ZodType> = new Map<string, z.ZodType>([
  ["Health", healthSchema],
  ["MessageSender", senderSchema],
  ["MessageRef", messageRefSchema],
  ["Message", messageSchema],
  ["MessagePage", messagePageSchema],
  ["SessionHead", sessionHeadSchema],
  ["Session", sessionSchema],
  ["LastMessage", lastMessageSchema],
  ["SidebarSession", sidebarSessionSchema],
  ["ListedSession", listedSessionSchema],
  ["SessionPage", sessionPageSchema],
  ...membersOf("Live", liveEventSchema),
  ["LiveEvent", liveEventSchema],
  ...membersOf("List", listEventSchema),
  ["ListEvent", listEventSchema],
]);

/** The events of the subscriptions. These procedures have no output schema. */
export const eventNames: Readonly<Record<string, string>> = {
  "session.onEvent": "LiveEvent",
  "session.onListEvent": "ListEvent",
};

/** The members of a union of events, by type: `LiveMessageDeletedEvent` is the event of the type `message_deleted`. */
function membersOf(
  prefix: string,
  { options }: { options: readonly z.ZodObject<{ type: z.ZodLiteral<string> }>[] },
): [string, z.ZodType][] {
  return options.map((member) => [`${prefix}${pascal(member.shape.type.value)}Event`, member]);
}

/** `message_deleted` and `messageDeleted` become `MessageDeleted`. */
export function pascal(text: string): string {
  return text.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
