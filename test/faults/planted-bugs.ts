import { liveBugs } from "./planted/live-bugs.ts";
import type { PlantedBug } from "./planted/planted-bug.ts";
import { replyBugs } from "./planted/reply-bugs.ts";
import { ruleBugs } from "./planted/rule-bugs.ts";
import { storeBugs } from "./planted/store-bugs.ts";

/** Mistakes that a chat backend can make and that a test of one thing at a time would not see. */
export const plantedBugs: readonly PlantedBug[] = [...storeBugs, ...liveBugs, ...ruleBugs, ...replyBugs];
