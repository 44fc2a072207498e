import type { z } from "zod";
import type { ErrorBody } from "./error.ts";
import type { LiveEvent } from "./live-event.ts";
import type { DocumentedMessage } from "./message.ts";
import { keySchema, newMessageSchema } from "./message.ts";
import { optional } from "./optional.ts";

/** A message from a client of the plain WebSocket. */
export const chatFrameSchema = newMessageSchema.extend({ key: optional(keySchema) });

export type ChatFrame = z.infer<typeof chatFrameSchema>;

/**
 * A frame to such a client: a message, with `events=all` a live event, or the error of a frame that the client sent.
 */
export type ServerFrame =
  | { session_id: string; message: Omit<DocumentedMessage, "session_id"> }
  | { session_id: string; position: string; event: LiveEvent }
  | { error: ErrorBody };
