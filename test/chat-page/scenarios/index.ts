import { changes } from "./changes.ts";
import { outages } from "./outages.ts";
import type { Scenarios } from "./scenario.ts";
import { sends } from "./sends.ts";

/** All of them. */
export const scenarios: Scenarios = { ...sends, ...outages, ...changes };
