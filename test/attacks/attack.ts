import type { Attacker } from "./attacker.ts";

/** One thing that a client may do to make the server hold much. */
export type Attack = {
  name: string;
  /** Resolves when everything is sent. The opened connections stay open. */
  run(attacker: Attacker): Promise<void>;
};
