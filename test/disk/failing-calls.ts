/** Whether to look everywhere, which takes half an hour, and not only here and there: `npm run test:disk`. */
export const isLongForm = process.env["DISK_TESTS"] === "long";

/** The calls by which SQLite writes, as strace wants them named. */
export const writes = "pwrite64";
/** The calls by which it syncs. */
export const syncs = "fsync,fdatasync";

function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

/** Every one of the first sixty, and then further apart. */
export const manyWrites = [...upTo(60), ...upTo(30).map((step) => 60 + 9 * step)];
/** Every one of the first twenty, and then further apart. */
export const manySyncs = [...upTo(20), ...upTo(8).map((step) => 20 + 5 * step)];

/** How many messages to send over all doors at once, for so many of these calls: one takes many writes, a group one sync. */
export function messagesToReach(calls: string, call: number): number {
  return 16 + (calls === writes ? Math.ceil(call / 8) : 8 * call);
}
