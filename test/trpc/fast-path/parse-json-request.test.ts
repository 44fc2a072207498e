import { expect, test } from "vitest";
import type { RawAnswer } from "../../support/raw-request.ts";
import { sendRaw } from "../../support/raw-request.ts";
import { startDoor, startStockAdapter } from "../stock-server.ts";

type Asked = { method: string; path: string; headers?: Record<string, string>; body?: string };

const json = { "content-type": "application/json" };
const session = { session_id: "s" };
const message = { ...session, content: "Hello", sender: "user" };

function get(path: string, input?: unknown, headers?: Record<string, string>): Asked {
  const query = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
  return { method: "GET", path: path + query, ...(headers && { headers }) };
}

function post(path: string, input: unknown, headers: Record<string, string> = json): Asked {
  return { method: "POST", path, headers, body: typeof input === "string" ? input : JSON.stringify(input) };
}

function batch(paths: string[], inputs: unknown): Asked {
  return get(`${paths.join(",")}?batch=1&input=${encodeURIComponent(JSON.stringify(inputs))}`);
}

function ask(url: string, { method, path, headers = {}, body = "" }: Asked): Promise<RawAnswer> {
  const lines = { host: "localhost", connection: "close", ...headers };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  const length = body === "" ? "" : `content-length: ${Buffer.byteLength(body)}\r\n`;
  return sendRaw(url, `${method} /trpc/${path} HTTP/1.1\r\n${head.join("")}${length}\r\n${body}`);
}

/**
 * Without the time, and without how long the body is said to be: the adapter's come in chunks. Our streams say besides
 * that they are not to be stored or compressed.
 */
function compared({ status, headers, body }: RawAnswer): object {
  const {
    date: _date,
    "content-length": _length,
    "transfer-encoding": _chunked,
    "content-encoding": _encoding,
    ...rest
  } = headers;
  const cacheControl = rest["cache-control"]?.replace("no-cache", "no-store");
  return { status, headers: { ...rest, "cache-control": cacheControl }, body };
}

const plain: [string, Asked][] = [
  ["a query", get("health")],
  ["a query of which an empty input is none", get("health?input=")],
  ["a query that takes no input, with one that is no JSON", get("health?input={")],
  ["a query with input", get("session.get", session)],
  ["a query with input that is escaped twice over", get("session.get?input=%7B%22session_id%22:%22s%22%7D")],
  ["a query with pluses for spaces", get('session.get?input=+{+"session_id":+"s"}'.replaceAll('"', "%22"))],
  ["a query with fields that nobody knows", get("session.get", { ...session, unknown: 1 })],
  ["a query with a field of a prototype's name", get('session.get?input={"__proto__":{},"session_id":"s"}')],
  ["a query that finds nothing", get("session.get", { session_id: "nobody" })],
  ["a query without the input that it needs", get("session.get")],
  ["a query with input null", get("session.get", null)],
  ["a query with input that is no JSON", get("session.get?input={")],
  ["a query with input of another type", get("session.get", { session_id: 5 })],
  ["a query with parameters that nobody knows", get("health?a=1&b")],
  ["a query from a page", get("health", undefined, { origin: "http://page" })],
  ["an error to a page", get("nothing", undefined, { origin: "http://page" })],
  ["a query by POST", post("session.get", session)],
  ["a mutation", post("message.add", message)],
  [
    "a mutation whose type has a charset",
    post("message.add", message, { "content-type": "Application/JSON; charset=utf-8" }),
  ],
  ["a mutation of which nothing is answered", post("message.delete", { ...session, message_id: 1 })],
  ["a mutation that is refused", post("session.create", { id: "s" })],
  [
    "a mutation with a key used for other content",
    post("message.add", { ...message, key: "k", content: "other" }),
  ],
  ["a mutation with bad input", post("message.add", { ...message, sender: "x", content: "" })],
  ["a mutation with an array", post("message.add", [message])],
  ["a mutation without a body", post("session.create", "")],
  ["a mutation by GET", get("session.create", { id: "t" })],
  ["a procedure that is not there", get("nothing")],
  ["a procedure that is not there, by POST", post("nothing", {})],
  ["a router", get("session")],
  ["a prototype", get("__proto__")],
  ["a method of objects", get("toString")],
  ["no path", get("")],
  ["a batch of one", batch(["health"], {})],
  ["a batch of queries", batch(["health", "session.get"], { 1: session })],
  ["a batch without input", get("health,health?batch=1")],
  ["a batch of which all fail alike", batch(["nothing", "nobody"], {})],
  [
    "a batch of which some fail",
    batch(["session.get", "session.get", "nothing"], { 0: session, 1: { session_id: "-" } }),
  ],
  ["a batch with gaps in its inputs", batch(["session.get", "session.get", "session.get"], { 2: session })],
  ["a batch with more inputs than calls", batch(["session.get"], { 0: session, 1: session, x: 1 })],
  ["a batch whose inputs are an array", batch(["session.get", "health"], [session])],
  ["a batch whose inputs are null", batch(["session.get", "health"], null)],
  ["a batch whose input is no JSON", get("session.get,health,session.get?batch=1&input={")],
  [
    "a batch with an input of a prototype's name",
    post("message.add,message.add?batch=1", '{"__proto__":{"0":1},"1":{"__proto__":2}}'),
  ],
  ["a batch with an empty path", get("health,?batch=1")],
  [
    "a batch of mutations",
    post("message.add,message.add,session.create?batch=1", {
      0: message,
      1: { ...message, content: "" },
      2: { id: "s" },
    }),
  ],
  ["a batch of mutations by GET, and what is not there", batch(["message.add", "nothing"], { 0: message })],
  ["a batch of queries by POST", post("health,session.get?batch=1", { 1: session })],
  ["a batch of 100", get(`${"health,".repeat(99)}health?batch=1`)],
  ["commas without a batch", get("health,health")],
  ["what is no batch, though it says so", get("health?batch=true")],
];

const stock: [string, Asked][] = [
  ["HEAD", { method: "HEAD", path: "health" }],
  ["a batch of more than 100", get(`${"health,".repeat(100)}health?batch=1`)],
  ["a batch of queries and mutations", batch(["health", "message.add"], { 1: message })],
  ["a batch with a subscription", batch(["session.onEvent"], { 0: session })],
  [
    "a batch that is streamed",
    { ...batch(["health", "nothing"], {}), headers: { "trpc-accept": "application/jsonl" } },
  ],
  [
    "a batch that is streamed, as a browser would ask",
    { ...batch(["health"], {}), headers: { accept: "text/html, application/jsonl" } },
  ],
  ["a subscription to what is not there", get("session.onEvent", { session_id: "nobody" })],
  ["a query with connection parameters that are none", get("health?connectionParams=1")],
  ["a query that brings a form", get("health", undefined, { "content-type": "multipart/form-data" })],
  ["a POST without a type", { method: "POST", path: "message.add" }],
  ["a query with a fragment", get('session.get?input={"session_id":"s"}#more')],
  ["a path that is encoded twice", get("%2525")],
];

test.each([
  ...plain.map((row) => [...row, "plain"] as const),
  ...stock.map((row) => [...row, "stock"] as const),
])("%s is answered as tRPC's own adapter does", async (_name, asked, by) => {
  const [ours, theirs] = await Promise.all([startDoor(), startStockAdapter()]);
  for (const url of [ours, theirs]) {
    await ask(url, post("session.create", { id: "s" }));
    await ask(url, post("message.add", { ...message, key: "k" }));
  }
  const [answer, expected] = await Promise.all([ask(ours, asked), ask(theirs, asked)]);
  expect(compared(answer)).toEqual(compared(expected));
  // Our own answers have a length, and those of the adapter have none.
  expect("content-length" in answer.headers).toBe(by === "plain");
});
