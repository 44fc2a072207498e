import type { Edit } from "../support/changed-copy.ts";
import type { ClientScenario } from "./client-scenario.ts";
import type { StoreViolationName } from "./store-violation.ts";

/** A mistake in the client, planted by edits. */
export type PlantedClientBug = {
  bug: string;
  edits: Edit[];
  /** The violation that the checker must report. */
  caughtAs: StoreViolationName;
  /** The conditions under which the bug shows. */
  when?: Partial<ClientScenario>;
  /** Whether one run always shows the bug, so that each run of the suite plants it. */
  isQuick?: true;
};
