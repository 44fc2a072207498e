/**
 * The limits of the contract. The length of content counts UTF-16 code units, as `string.length` does. The lengths of
 * ids, titles and keys count code points, as JSON Schema does.
 *
 * The SDK reads this file in browsers, so it imports nothing.
 */
export const limits = {
  sessionIdChars: 128,
  /** The longest session id or key in a look-up. An adopted file may hold ids that are too long for a new session. */
  lookupChars: 4000,
  titleChars: 1000,
  keyChars: 255,
  /** The longest text that is accepted as a position. */
  positionChars: 255,
  /** The longest id of a call over tRPC's WebSocket. */
  requestIdChars: 255,
  /** The most levels of arrays and objects in JSON from a client. */
  jsonDepth: 32,
  /** Room for a date, a time, an offset and a long fraction of a second. */
  timestampChars: 64,
  /** The default of `MAX_MESSAGE_CHARS`. */
  defaultMessageChars: 100_000,
  pageItems: 500,
  defaultPageItems: 50,
  /** The longest wait of a poll for events, in seconds. */
  pollSeconds: 30,
  /** The most messages of a snapshot: the latest ones. */
  snapshotMessages: 100,
  /** The most JSON of a snapshot or a reset, in bytes, unless a single message is larger. */
  snapshotBytes: 512 * 1024,
  /** The most sessions of a snapshot of the list: the most recently active ones. */
  snapshotSessions: 100,
  /** The length of a message's excerpt in the list, in code points. */
  excerptChars: 200,
  /** How many replies of a session may stream at a time. */
  openReplies: 8,
  /** How many bytes the chunks of a reply have together at most, as JSON. */
  replyChunkBytes: 4 * 1024 * 1024,
  /**
   * The time for which the pieces of a reply are gathered before they are sent, in milliseconds. With 40, a reply of 100
   * appends of 7 characters a second had 6.5 times its text on the wire over SSE; a target of 6 is met from 45 on.
   */
  deltaIntervalMs: 46,
  /** The default of `REPLY_LEASE_SECONDS`. */
  replyLeaseSeconds: 30,
  signalNameChars: 64,
  /** The largest signal: its name and its data, as JSON. */
  signalBytes: 1024,
  /** How many signals a session takes at once, after a quiet time. */
  signalBurst: 40,
  /** How many signals a second a session takes in the long run. */
  signalsPerSecond: 20,
  /** A signal to more subscribers than this counts as several signals, in proportion. */
  signalReaders: 1000,
  /** The time for which changes of the list are gathered before they are sent, in milliseconds. */
  listIntervalMs: 250,
} as const;

/**
 * The largest body or frame, in bytes: content of the greatest length fits even if every character is escaped
 * (`\uXXXX`).
 */
export function maxBodyBytes(maxMessageChars: number): number {
  return 6 * maxMessageChars + 64 * 1024;
}
