import { z } from "zod";
import { limits } from "./limits.ts";
import { optional } from "./optional.ts";
import { newSessionIdSchema, sessionIdSchema } from "./session-id.ts";
import { labelSchema, textSchema } from "./text.ts";
import { isUIPart } from "./ui-message.ts";

const refSchema = textSchema.min(1).max(limits.lookupChars);

const partSchema = z.unknown().refine(isUIPart, "must be an object with a type");

/** A message of the AI SDK, as far as the server looks into it. */
const uiMessageSchema = z
  .looseObject({
    id: refSchema.meta({ description: "Its key, by which a repeat stores nothing." }),
    role: labelSchema.meta({ description: "`user`, for a message that is to be stored." }),
    parts: z.array(partSchema).meta({ description: "Kept as they are." }),
    metadata: z.unknown().optional().meta({ description: "Opaque JSON, which is kept as it is." }),
  })
  .meta({ description: "A `UIMessage` of the AI SDK." });

export const uiMessageExample = { id: "msg-1", role: "user", parts: [{ type: "text", text: "Hello" }] };

/** The body that `DefaultChatTransport` of the AI SDK sends. */
export const sendChatInputSchema = z.object({
  id: newSessionIdSchema.meta({
    description: "The session. It is created if there is none.",
    examples: ["123"],
  }),
  messages: z
    .array(uiMessageSchema)
    .min(1)
    .meta({
      description: "The conversation. Only the last message is read.",
      examples: [[uiMessageExample]],
    }),
  trigger: optional(
    z.enum(["submit-message", "regenerate-message"]).meta({
      description:
        "`submit-message` (the default) stores the last message. `regenerate-message` asks for another reply to it.",
    }),
  ),
  messageId: optional(
    refSchema.meta({ description: "With the id of the last message, that message replaces the stored one." }),
  ),
});

export const resumeChatInputSchema = z.object({ session_id: sessionIdSchema });

export type SendChatInput = z.infer<typeof sendChatInputSchema>;
export type ResumeChatInput = z.infer<typeof resumeChatInputSchema>;
