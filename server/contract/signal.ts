import { z } from "zod";
import { limits } from "./limits.ts";
import { opaqueSchema } from "./message-extras.ts";
import { optional } from "./optional.ts";
import { sessionIdSchema } from "./session-id.ts";
import { labelPattern, labelSchema } from "./text.ts";

const name = { description: "The kind of the signal, which its sender makes up.", examples: ["typing"] };
const data = {
  description: `Opaque JSON, which is passed on as it is. With the name it has at most ${limits.signalBytes} bytes of JSON.`,
  examples: [{ user: "Ada" }],
};

const inputFields = {
  name: labelSchema
    .min(1, "must not be empty")
    .max(limits.signalNameChars)
    .meta({ ...name, pattern: labelPattern }),
  data: optional(opaqueSchema.meta(data)),
};

/** The fields of a signal in a live event. */
export const signalFields = {
  name: z.string().meta(name),
  data: z
    .unknown()
    .optional()
    .meta({ ...data, description: "Opaque JSON of its sender, if there is any." }),
  from: z
    .string()
    .optional()
    .meta({
      description: "Who sent it; absent as long as the server does not know its callers.",
      examples: ["ada"],
    }),
};

type SignalContent = { name: string; data?: unknown };

/** Adds the limit on the size of a signal. */
function ofSignalSize<Schema extends z.ZodObject>(schema: Schema): Schema {
  return schema.check((context) => {
    const { name: label, data: value } = context.value as SignalContent;
    const bytes = Buffer.byteLength(JSON.stringify({ name: label, data: value }));
    if (bytes <= limits.signalBytes) return;
    const message = `must have at most ${limits.signalBytes} bytes of JSON together with the name, and has ${bytes}`;
    context.issues.push({ code: "custom", path: ["data"], message, input: value });
  });
}

export const signalInputSchema = ofSignalSize(z.object({ session_id: sessionIdSchema, ...inputFields }));

/** A signal from a client of the plain WebSocket. */
export const signalFrameSchema = z.object({ signal: ofSignalSize(z.object(inputFields)) });

export type SignalInput = z.infer<typeof signalInputSchema>;
