import { jsonEncoder } from "@trpc/server/adapters/ws";
import { describe, expect, test } from "vitest";
import type { ListEvent } from "../../server/contract/list-event.ts";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import { socketEncoder } from "../../server/trpc/socket-encoder.ts";

const content = 'quotes " and \\, lines\n\r\u2028\u2029, \u0001, ö, 🙂 and </script>';
const message = {
  id: 9_007_199_254_740_991,
  session_id: 'ö 🙂 "',
  content,
  sender: "user",
  timestamp: "2025",
};
const head = { id: "s", title: content, created_at: "2025-11-30T12:00:00.000Z" };
const place = { seq: 7, prev: 6 };
const epoch = "9f86d081884c7d65";
const sidebar = { ...head, last_message: { id: 1, sender: "user", timestamp: "2025", excerpt: content } };

const events: (LiveEvent | ListEvent)[] = [
  { type: "snapshot", ...place, epoch, session: { ...head, messages: [message, { ...message, key: "k" }] } },
  { type: "reset", seq: 0, prev: 0, epoch, session: { ...head, messages: [] } },
  { type: "caught_up", ...place, epoch },
  { type: "message", ...place, message },
  { type: "message", ...place, message: { ...message, key: "a key" } },
  { type: "message_deleted", ...place, message_id: 1 },
  { type: "session", ...place, session: head },
  { type: "session_deleted", ...place },
  { type: "snapshot", ...place, epoch, sessions: [sidebar], next_cursor: null },
  { type: "reset", ...place, epoch, sessions: [{ ...sidebar, last_message: null }], next_cursor: "17" },
  { type: "session", ...place, session: sidebar },
  { type: "session_deleted", ...place, session_id: "s" },
];

/** As the adapter puts them together: a field that the request did not have is there and undefined. */
const envelopes = [
  { id: 1, jsonrpc: undefined },
  { id: 0, jsonrpc: undefined },
  { id: -1.5, jsonrpc: "2.0" },
  { id: "1", jsonrpc: undefined },
  { id: 'a "string" \\ 🙂\n', jsonrpc: "2.0" },
  { id: null, jsonrpc: undefined },
] as const;

/** What ours makes of it, and what the adapter's own makes of it. */
function encode(value: Parameters<typeof jsonEncoder.encode>[0]) {
  return { ours: socketEncoder.encode(value), theirs: jsonEncoder.encode(value) };
}

describe.each(envelopes)(
  "the frames of a request with %o are those of the adapter's own encoder",
  (envelope) => {
    test.each(events)("with the event %o", (event) => {
      for (const id of [`${epoch}:${event.seq}`, 'no position, "quoted" \\ 🙂']) {
        const value = { ...envelope, result: { type: "data" as const, data: { id, data: event }, id } };
        const first = encode(value);
        // Once more, now that the event has been encoded.
        const second = encode(value);
        expect([first.ours, second.ours]).toEqual([first.theirs, first.theirs]);
      }
    });

    test.each([
      { result: { type: "started" } },
      { result: { type: "stopped" } },
      { result: { type: "data", data: { ok: true } } },
      { result: { type: "data", data: undefined } },
      { result: { type: "data", data: null } },
      { result: { type: "data", data: [message] } },
      { result: { type: "data", data: { id: "not a tracked one", data: 1 } } },
      { error: { message: content, code: -32600, data: { code: "BAD_REQUEST", httpStatus: 400 } } },
    ])("with %o", (rest) => {
      const { ours, theirs } = encode({ ...envelope, ...rest });
      expect(ours).toBe(theirs);
    });
  },
);

test("so are those that answer no request", () => {
  const { ours, theirs } = encode({ id: null, method: "reconnect" });
  expect(ours).toBe(theirs);
});

test("an event that goes to many is encoded once", () => {
  let encodings = 0;
  const event = {
    toJSON() {
      encodings += 1;
      return { type: "message" };
    },
  };
  const frames = [1, 2, 3].map((id) =>
    socketEncoder.encode({
      id,
      result: { type: "data", id: "e:1", data: { id: "e:1", data: event } },
    }),
  );
  expect(encodings).toBe(1);
  expect(frames.at(-1)).toBe(
    '{"id":3,"result":{"type":"data","data":{"id":"e:1","data":{"type":"message"}},"id":"e:1"}}',
  );
});

test("what comes in is read as the adapter's own encoder reads it", () => {
  expect(socketEncoder.decode('{"id":1}')).toEqual({ id: 1 });
  for (const bad of ["{", Buffer.from("{}")]) {
    expect(() => socketEncoder.decode(bad as never)).toThrow(/JSON/);
  }
});
