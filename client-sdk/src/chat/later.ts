/**
 * The code that a page does not need before it is live: calls, sending, changing, paging and storing. It is loaded at
 * its first use, or when a log is live.
 */
export { boundFetch } from "./bounded-fetch.ts";
export { checkedFetch } from "./checked-fetch.ts";
export { KeptWriter } from "./kept/kept-writer.ts";
export { drain } from "./outbox/outbox-acts.ts";
export { Lanes } from "./outbox/lanes.ts";
export { PageLoader } from "./page-loader.ts";
export { putMessages, putSessions } from "./put-page.ts";
export { Pauses } from "./pauses.ts";
export { createSessionActs } from "./session-acts.ts";
export { SessionChanges } from "./session-changes.ts";
