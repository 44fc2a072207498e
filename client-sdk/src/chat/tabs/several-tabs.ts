/** The code of a tab that is not alone. */
export { createRelay } from "./relay.ts";
export { createRemoteUpstream } from "./remote-upstream.ts";
