import { memoize } from "./memoize.ts";

/** An event as JSON, made once however many it is sent to. Who encodes an event changes it no more. */
export const toJson = memoize((event: object) => JSON.stringify(event));
