import { z } from "zod";

export const healthSchema = z
  .object({
    status: z.literal("ok").meta({ description: "The server answers.", examples: ["ok"] }),
    name: z.literal("AI Desk").meta({ description: "What answers.", examples: ["AI Desk"] }),
  })
  .meta({ id: "Health", description: "The server is up.", examples: [{ status: "ok", name: "AI Desk" }] });

export type Health = z.infer<typeof healthSchema>;
