import { jsonEncoder } from "@trpc/server/adapters/ws";
import { describe, expect, test } from "vitest";
import type { ListEvent } from "../../server/contract/list-event.ts";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import { formatPosition } from "../../server/live/position.ts";
import type { FrameBatch } from "../../server/socket/frame-batch.ts";
import { answerFrame, subscriptionEncoding, reconnectFrame } from "../../server/trpc/socket-frames.ts";

const content = 'quotes " and \\, lines\n\r\u2028\u2029, \u0001, ö, 🙂 and </script>';
const message = {
  id: 9_007_199_254_740_991,
  session_id: 'ö 🙂 "',
  content,
  sender: "user",
  timestamp: "2025",
  key: "#9007199254740991",
  seq: 7,
};
const head = { id: "s", title: content, created_at: "2025-11-30T12:00:00.000Z" };
const place = { seq: 7, prev: 6 };
const epoch = "9f86d081884c7d65";
const lastMessage = { id: 1, key: "#1", sender: "user", timestamp: "2025", excerpt: content };
const sidebar = { ...head, activity_seq: 7, last_message: lastMessage };

const session = { ...head, messages: [message, { ...message, key: "k" }] };

const events: (LiveEvent | ListEvent)[] = [
  { type: "snapshot", ...place, epoch, session, has_earlier: true },
  { type: "reset", seq: 0, prev: 0, epoch, session: { ...head, messages: [] }, has_earlier: false },
  { type: "caught_up", ...place, epoch },
  { type: "message", ...place, message },
  { type: "message", ...place, message: { ...message, key: "a key" } },
  { type: "message_deleted", ...place, message_id: 1, key: "#1" },
  { type: "session", ...place, session: head },
  { type: "session_deleted", ...place },
  { type: "snapshot", ...place, epoch, sessions: [sidebar], next_cursor: null },
  { type: "reset", ...place, epoch, sessions: [{ ...sidebar, last_message: null }], next_cursor: "17" },
  { type: "session", ...place, session: sidebar },
  { type: "session_deleted", ...place, session_id: "s" },
];

function textOf({ wire, headerBytes }: FrameBatch): string {
  return wire.toString("utf8", headerBytes);
}

/** As the adapter puts them together: a field that the request did not have is there and undefined. */
const requests = [
  { id: 1, jsonrpc: undefined },
  { id: 0, jsonrpc: undefined },
  { id: -1.5, jsonrpc: "2.0" },
  { id: "1", jsonrpc: undefined },
  { id: 'a "string" \\ 🙂\n', jsonrpc: "2.0" },
  { id: null, jsonrpc: undefined },
] as const;

describe.each(requests)("the frames that answer %o are those of tRPC's own adapter", (request) => {
  test.each(events)("with the event %o", (event) => {
    const id = formatPosition(epoch, event.seq);
    const theirs = jsonEncoder.encode({
      ...request,
      result: { type: "data", data: { id, data: event }, id },
    });
    const [ours] = subscriptionEncoding(request).toSharedBatches([{ position: id, event: { ...event } }]);
    expect(ours && textOf(ours)).toBe(theirs);
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
  ] as const)("with %o", (answer) => {
    expect(textOf(answerFrame(request, answer))).toBe(jsonEncoder.encode({ ...request, ...answer }));
  });
});

test("so is the one that answers no request", () => {
  expect(textOf(reconnectFrame)).toBe(jsonEncoder.encode({ id: null, method: "reconnect" }));
});

test("an event that goes to many is encoded once, and its frame is made once for requests of the same id", () => {
  let encodings = 0;
  const event = {
    type: "message",
    seq: 1,
    prev: 0,
    toJSON() {
      encodings += 1;
      return { type: "message" };
    },
  };
  const sent = [{ position: "e:1", event }];
  const frames = [1, 2, 1, 1].flatMap((id) => subscriptionEncoding({ id }).toSharedBatches(sent));
  expect(encodings).toBe(1);
  expect(new Set(frames).size).toBe(2);
  expect(frames[1] && textOf(frames[1])).toBe(
    '{"id":2,"result":{"type":"data","data":{"id":"e:1","data":{"type":"message"}},"id":"e:1"}}',
  );
});
