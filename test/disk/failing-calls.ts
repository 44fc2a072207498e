/** Whether to test every call, which takes half an hour, and not only a selection: `npm run test:disk`. */
export const isLongForm = process.env["DISK_TESTS"] === "long";

/** The calls by which SQLite writes, under strace's names. */
export const writes = "pwrite64";
/** The calls by which it syncs. */
export const syncs = "fsync,fdatasync";

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** The first sixty, then a selection. */
export const manyWrites = [...upTo(60), ...upTo(30).map((step) => 60 + 9 * step)];
/** The first twenty, then a selection. */
export const manySyncs = [...upTo(20), ...upTo(8).map((step) => 20 + 5 * step)];

/**
 * The number of messages to send concurrently over all doors to reach this number of calls: a message takes many
 * writes, a group of messages one sync.
 */
export function messagesToReach(calls: string, call: number): number {
  return 16 + (calls === writes ? Math.ceil(call / 8) : 8 * call);
}
