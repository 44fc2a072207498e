import { z } from "zod";
import { limits } from "./limits.ts";

/** A position as a client gives it back. Its length alone is checked: a `reset` answers one that was never given. */
export const positionSchema = z
  .string()
  .max(limits.positionChars, `must be a position, which has at most ${limits.positionChars} characters`);
