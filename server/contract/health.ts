import { z } from "zod";

/** Increased when the contract gains a feature that a client may need. */
export const contractVersion = 1;

const documentedFields = {
  status: z.literal("ok").meta({ description: "The server answers.", examples: ["ok"] }),
  name: z.literal("AI Desk").meta({ description: "What answers.", examples: ["AI Desk"] }),
};

/** The answer of the health check over REST. */
export const documentedHealthSchema = z
  .object(documentedFields)
  .meta({ id: "Health", description: "The server is up.", examples: [{ status: "ok", name: "AI Desk" }] });

/** The answer of `health` over tRPC. */
export const healthSchema = z
  .object({
    ...documentedFields,
    version: z.string().meta({ description: "The server's version.", examples: ["0.1.0"] }),
    contract_version: z
      .int()
      .meta({ description: "The version of the contract: it rises when the contract gains a feature." }),
    max_message_chars: z
      .int()
      .meta({ description: "The longest content of a message, in UTF-16 code units." }),
  })
  .meta({ id: "FullHealth", description: "The server is up, and which server it is." });

export type Health = z.infer<typeof healthSchema>;
