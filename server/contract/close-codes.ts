/**
 * The reasons for closing a WebSocket. The range of a code says what the client should do: 4000–4499 reconnect with
 * your position, 4500–4999 do not reconnect. The other codes are those of the WebSocket protocol.
 *
 * The SDK reads this file in browsers, so it imports nothing.
 */
export const closeCodes = {
  brokenFrame: { code: 1002, reason: "the bytes are not a WebSocket frame" },
  unsupportedData: { code: 1003, reason: "send text frames, not binary ones" },
  notUtf8: { code: 1007, reason: "the text is not UTF-8" },
  tooManyParts: { code: 1008, reason: "the message has too many parts" },
  tooLarge: { code: 1009, reason: "the frame is too large" },
  failure: { code: 1011, reason: "the server failed; come back with your position" },
  restart: { code: 1012, reason: "the server is restarting" },
  sessionFull: { code: 4005, reason: "session full: come back later" },
  slow: { code: 4008, reason: "too slow: come back with your position" },
  noPong: { code: 4012, reason: "no pong came back" },
  badFrames: { code: 4500, reason: "what was announced did not come" },
  sessionDeleted: { code: 4504, reason: "the session was deleted" },
} as const;

/** The reason for one of our codes. */
export function reasonOf(code: number | undefined): string | undefined {
  return Object.values(closeCodes).find((each) => each.code === code)?.reason;
}
