/**
 * The numbers of the contract. Lengths of text count UTF-16 code units, as `string.length` does.
 *
 * The SDK reads this file in browsers, so it imports nothing.
 */
export const limits = {
  sessionIdChars: 128,
  titleChars: 1000,
  keyChars: 255,
  /** What `MAX_MESSAGE_CHARS` is when it is not set. */
  defaultMessageChars: 100_000,
  pageItems: 500,
  defaultPageItems: 50,
  /** How many of the latest messages a snapshot holds. */
  snapshotMessages: 100,
} as const;

/** The largest body or frame, in bytes: content of the full length still fits when every character is escaped (`\uXXXX`). */
export function maxBodyBytes(maxMessageChars: number): number {
  return 6 * maxMessageChars + 64 * 1024;
}
