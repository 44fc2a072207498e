import type { Edit } from "../support/changed-copy.ts";
import type { ClientScenario } from "./client-scenario.ts";
import type { StoreViolationName } from "./store-violation.ts";

/** A mistake in the client, planted by edits. */
export type PlantedClientBug = {
  bug: string;
  edits: Edit[];
  /** The name that the checker has to give it. */
  caughtAs: StoreViolationName;
  /** The conditions under which the bug shows. */
  when?: Partial<ClientScenario>;
  /** Whether it shows at once and in one run, so that each run of the suite plants it. */
  isQuick?: true;
};
