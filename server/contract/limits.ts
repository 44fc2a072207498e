/**
 * The numbers of the contract. The length of content counts UTF-16 code units, as `string.length` does; those of ids,
 * titles and keys count code points, as JSON Schema does.
 *
 * The SDK reads this file in browsers, so it imports nothing.
 */
export const limits = {
  sessionIdChars: 128,
  /** The longest session id or key for a look-up. An adopted file may hold ids that are too long for a new session. */
  lookupChars: 4000,
  titleChars: 1000,
  keyChars: 255,
  /** The longest text that is read as a position. */
  positionChars: 255,
  /** The id of a call over tRPC's WebSocket. */
  requestIdChars: 255,
  /** How many levels of arrays and objects JSON from a client has at most. */
  jsonDepth: 32,
  /** Room for a date, a time, an offset and a long fraction of a second. */
  timestampChars: 64,
  /** The default of `MAX_MESSAGE_CHARS`. */
  defaultMessageChars: 100_000,
  pageItems: 500,
  defaultPageItems: 50,
  /** The longest that a poll for events waits. */
  pollSeconds: 30,
  /** How many of the latest messages a snapshot holds. */
  snapshotMessages: 100,
  /** The most JSON in a snapshot or a reset, in bytes, unless a single message is larger. */
  snapshotBytes: 512 * 1024,
  /** How many of the most recently active sessions a snapshot of the list holds. */
  snapshotSessions: 100,
  /** How much of a message the list shows, in code points. */
  excerptChars: 200,
  /** How long changes of the list are gathered before they are sent, in milliseconds. */
  listIntervalMs: 250,
} as const;

/** The largest body or frame, in bytes: content of the full length still fits when every character is escaped (`\uXXXX`). */
export function maxBodyBytes(maxMessageChars: number): number {
  return 6 * maxMessageChars + 64 * 1024;
}
