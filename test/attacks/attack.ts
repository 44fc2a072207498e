import type { Attacker } from "./attacker.ts";

/** What one client may do to make the server hold much. */
export type Attack = {
  name: string;
  /** Resolves when everything is sent. What was opened stays open. */
  run(attacker: Attacker): Promise<void>;
};
