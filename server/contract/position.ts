import { z } from "zod";
import { limits } from "./limits.ts";

/**
 * A position as a client sends it back. Only its length is checked: a position that was never issued is answered with a
 * `reset`.
 */
export const positionSchema = z
  .string()
  .max(limits.positionChars, `must be a position, which has at most ${limits.positionChars} characters`);
