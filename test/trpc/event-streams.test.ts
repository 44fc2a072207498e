import { expect, onTestFinished, test, vi } from "vitest";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import { deleteSession } from "../../server/domain/delete-session.ts";
import type { Services } from "../../server/domain/services.ts";
import { maxHeartbeatMs } from "../../server/http/event-stream.ts";
import { openServices } from "../support/services.ts";
import { startDoor, startStockAdapter } from "./stock-server.ts";

const session = { session_id: "s" };
const text = 'one\ntwo\r\n\u2028 "quoted" é 漢 🎉 event: return';

type Asked = { query: Record<string, string>; headers?: Record<string, string> };

function ask(input: unknown, more: Record<string, string> = {}, headers?: Record<string, string>): Asked {
  const query = input === undefined ? more : { input: JSON.stringify(input), ...more };
  return { query, ...(headers && { headers }) };
}

type Stream = {
  status: number;
  headers: Record<string, string>;
  /** Resolves with what came, when it has what is wanted or is over. */
  until: (wanted: string) => Promise<string>;
  leave: () => Promise<void>;
};

async function open(url: string, path: string, { query, headers = {} }: Asked): Promise<Stream> {
  const address = `${url}/trpc/${path}?${new URLSearchParams(query).toString()}`;
  const response = await fetch(address, { headers });
  const { date: _date, ...rest } = Object.fromEntries(response.headers);
  const reader = (response.body ?? new ReadableStream<Uint8Array>())
    .pipeThrough(new TextDecoderStream())
    .getReader();
  let got = "";
  return {
    status: response.status,
    headers: rest,
    async until(wanted) {
      while (!got.includes(wanted)) {
        const { value, done } = await reader.read();
        if (done) break;
        got += value;
      }
      return got;
    },
    leave: () => reader.cancel(),
  };
}

async function openFilled(): Promise<Services> {
  const services = await openServices();
  await createSession(services, { id: "s" });
  for (const content of ["first", text]) await addMessage(services, { ...session, content, sender: "user" });
  await createSession(services, { id: "gone" });
  await addMessage(services, { session_id: "gone", content: "first", sender: "user" });
  await deleteSession(services, "gone");
  return services;
}

const going: [string, string, Asked][] = [
  ["from the beginning", "session.onEvent", ask(session)],
  ["after a position in the input", "session.onEvent", ask({ ...session, lastEventId: "1" })],
  ["after a position in the query", "session.onEvent", ask(session, { lastEventId: "1" })],
  [
    "after a position in the query by its other name",
    "session.onEvent",
    ask(session, { "Last-Event-Id": "1" }),
  ],
  ["after a position in the headers", "session.onEvent", ask(session, {}, { "last-event-id": "1" })],
  [
    "after one in each of them",
    "session.onEvent",
    ask({ ...session, lastEventId: "0" }, { lastEventId: "2" }, { "last-event-id": "1" }),
  ],
  [
    "after an empty one in the query",
    "session.onEvent",
    ask({ ...session, lastEventId: "1" }, { lastEventId: "" }),
  ],
  ["after one that never was", "session.onEvent", ask(session, { lastEventId: "x\ny" })],
  ["after a position of the future", "session.onEvent", ask(session, { lastEventId: "99" })],
  ["of a page", "session.onEvent", ask(session, {}, { origin: "http://page", accept: "text/event-stream" })],
  ["with connection parameters", "session.onEvent", ask(session, { connectionParams: '{"a":"b"}' })],
  ["with connection parameters null", "session.onEvent", ask(session, { connectionParams: "null" })],
  ["with fields that nobody knows", "session.onEvent", ask({ ...session, unknown: 1 }, { unknown: "1" })],
  ["of the list", "session.onListEvent", ask(undefined)],
  ["of the list, after a position", "session.onListEvent", ask(undefined, { lastEventId: "1" })],
];

test.each(going)(
  "a stream %s goes as tRPC's own adapter has it go [RESUME-1]",
  async (_name, path, asked) => {
    const services = await openFilled();
    const [ours, theirs] = await Promise.all([startDoor(services), startStockAdapter(services)]);
    const [stream, expected] = await Promise.all([open(ours, path, asked), open(theirs, path, asked)]);
    expect([stream.status, stream.headers]).toEqual([expected.status, unstored(expected.headers)]);
    const caughtUp = '"type":"caught_up"';
    await Promise.all([stream.until(caughtUp), expected.until(caughtUp)]);
    await addMessage(services, { ...session, content: `${text} live`, sender: "user" });
    await Promise.all([stream.until("live"), expected.until("live")]);
    await deleteSession(services, "s");
    const ended = path === "session.onEvent" ? "event: return\ndata: \n\n\n" : '"type":"session_deleted"';
    const [got, wanted] = await Promise.all([stream.until(ended), expected.until(ended)]);
    expect(got).toBe(wanted);
    await Promise.all([stream.leave(), expected.leave()]);
  },
);

/** Our streams say too that nobody may keep or compress them: they have the same headers as those of REST. */
function unstored(headers: Record<string, string>): Record<string, string> {
  const { "cache-control": cacheControl, ...others } = headers;
  return cacheControl === undefined || headers["content-type"] !== "text/event-stream"
    ? headers
    : {
        ...others,
        "cache-control": cacheControl.replace("no-cache", "no-store"),
        "content-encoding": "identity",
      };
}

const ending: [string, Asked][] = [
  ["of nobody's session", ask({ session_id: "nobody" })],
  ["of a deleted session", ask({ session_id: "gone" })],
  ["of a deleted session, after a position of its life", ask({ session_id: "gone", lastEventId: "1" })],
  ["without input", { query: {} }],
  ["without input, after a position", { query: { lastEventId: "1" } }],
  ["with empty input", { query: { input: "" } }],
  ["with input that is no JSON", { query: { input: "{" } }],
  ["with input null, after a position", ask(null, { lastEventId: "1" })],
  ["with a text for input, after a position", ask("s", { lastEventId: "1" })],
  ["with an array for input, after a position", ask(["s"], { lastEventId: "1" })],
  ["with input of another type", ask({ session_id: 5 })],
  ["with connection parameters that are no JSON", ask(session, { connectionParams: "{" })],
  ["with connection parameters that are none", ask(session, { connectionParams: '{"a":1}' })],
  ["in a batch", { query: { batch: "1", input: JSON.stringify({ 0: session }) } }],
  ["that is to be streamed as lines", ask(session, {}, { "trpc-accept": "application/jsonl" })],
];

test.each(ending)("a stream %s ends as tRPC's own adapter has it end", async (_name, asked) => {
  const services = await openFilled();
  const [ours, theirs] = await Promise.all([startDoor(services), startStockAdapter(services)]);
  const [stream, expected] = await Promise.all(
    [ours, theirs].map((url) => open(url, "session.onEvent", asked)),
  );
  const neverSent = "\0";
  expect([stream?.status, stream?.headers, await stream?.until(neverSent)]).toEqual([
    expected?.status,
    unstored(expected?.headers ?? {}),
    await expected?.until(neverSent),
  ]);
});

test("a stream in which nothing happens is pinged", async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  onTestFinished(() => void vi.useRealTimers());
  const stream = await open(await startDoor(await openFilled()), "session.onEvent", ask(session));
  const before = await stream.until('"type":"caught_up"');
  expect(before).not.toContain("ping");
  vi.advanceTimersByTime(maxHeartbeatMs);
  expect(await stream.until("event: ping")).toMatch(/\n\n\nevent: ping\ndata: \n\n\n$/);
  await stream.leave();
});
