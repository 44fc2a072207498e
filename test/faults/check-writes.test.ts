import { expect, test } from "vitest";
import { checkWrites } from "./check-writes.ts";
import type { Call, History, Operation } from "./history.ts";

const begunAnewAt = 10;

/** An answered call, with the ticks at which it began and ended. */
function done(operation: Operation, [begun, ended]: [number, number], wanted = begun): Call {
  const message = "content" in operation ? { message: { id: 1, session_id: "a", ...operation } } : {};
  return {
    door: "a door",
    session: "a",
    operation,
    wanted,
    begun,
    ended,
    answer: { outcome: "done", ...message },
  };
}

function historyOf(calls: Call[], stored: { title: string; content: string }): History {
  const row = { id: 1, key: null, seq: 1, deleted: 0, status: null, complete_id: null } as const;
  const message = { ...row, content: stored.content };
  const session = { id: "a", title: stored.title, seq: 1, start_seq: 0, list_seq: 1, deleted: 0 } as const;
  return {
    calls,
    replies: [],
    readers: [],
    messageReaders: [],
    listReaders: [],
    incidents: [],
    isUndisturbed: false,
    begunAnewAt,
    epochs: ["first", "last"],
    epoch: "last",
    stored: [{ ...session, messages: [message] }],
  };
}

const titled = (title: string): Operation => ({ type: "rename", title });
const edited = (content: string): Operation => ({ type: "edit", id: 1, content });
const sent = done({ type: "send", content: "a.1~0 " }, [11, 12]);

test.each([
  { what: "began after it", times: [13, 18], wanted: 13, found: [] },
  { what: "waited for the server", times: [13, 18], wanted: 8, found: [] },
  { what: "was under way", times: [8, 18], wanted: 8, found: [] },
  { what: "ended before it", times: [8, 9], wanted: 8, found: ["LOST", "LOST"] },
] satisfies { what: string; times: [number, number]; wanted: number; found: string[] }[])(
  "the checker finds $found if the stored title and content are those of writes concurrent with later ones, and a copy was put back when the writes: $what",
  ({ times, wanted, found }) => {
    const calls = [
      sent,
      done(titled("stored"), times, wanted),
      done(edited("a.1~1 "), times, wanted),
      done(titled("beside it"), [14, 16]),
      done(edited("a.1~2 "), [14, 16]),
    ];
    const violations = checkWrites(historyOf(calls, { title: "stored", content: "a.1~1 " }));
    expect(violations.map(({ name }) => name)).toEqual(found);
  },
);

test("the checker finds a title and a content that later writes replaced, even after a copy was put back", () => {
  const calls = [
    sent,
    done(titled("early"), [13, 14]),
    done(edited("a.1~1 "), [13, 14]),
    done(titled("late"), [15, 16]),
    done(edited("a.1~2 "), [15, 16]),
  ];
  const violations = checkWrites(historyOf(calls, { title: "early", content: "a.1~1 " }));
  expect(violations.map(({ name }) => name)).toEqual(["LOST", "LOST"]);
});
