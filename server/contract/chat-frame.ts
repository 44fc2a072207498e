import type { z } from "zod";
import type { ErrorBody } from "./error.ts";
import type { LiveEvent } from "./live-event.ts";
import type { Message } from "./message.ts";
import { keySchema, newMessageSchema } from "./message.ts";
import { optional } from "./optional.ts";

/** What a client of the plain WebSocket sends. */
export const chatFrameSchema = newMessageSchema.extend({ key: optional(keySchema) });

export type ChatFrame = z.infer<typeof chatFrameSchema>;

/** What it gets: a message of the session, with `events=all` a live event, or what was wrong with a frame of its own. */
export type ServerFrame =
  | { session_id: string; message: Omit<Message, "session_id"> }
  | { session_id: string; position: string; event: LiveEvent }
  | { error: ErrorBody };
