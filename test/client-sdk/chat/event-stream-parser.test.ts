import { expect, test } from "vitest";
import { createEventStreamParser } from "../../../client-sdk/src/chat/http/event-stream-parser.ts";

const stream =
  ': hello\n\nid: a:1\ndata: {"one":1}\n\nid: a:2\r\ndata:two\r\ndata: lines\r\n\r\n:\n\ndata: no id\n\n';
const events = [
  { id: "a:1", data: '{"one":1}' },
  { id: "a:2", data: "two\nlines" },
  { id: "a:2", data: "no id" },
];

test.each([1, 2, 3, 5, 7, 1000])("a stream in pieces of %i characters has the same events", (length) => {
  const told: { id: string; data: string }[] = [];
  const take = createEventStreamParser((items) => told.push(...items));
  for (let at = 0; at < stream.length; at += length) take(stream.slice(at, at + length));
  expect(told).toEqual(events);
});

test("events of one piece are told together", () => {
  const told: number[] = [];
  createEventStreamParser((items) => told.push(items.length))(stream);
  expect(told).toEqual([3]);
});
