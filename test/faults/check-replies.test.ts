import { expect, test } from "vitest";
import { checkReplies } from "./check-replies.ts";
import type { History, StoredMessage } from "./history.ts";
import type { ReplyAnswer, ReplyCall, ReplyRequest } from "./reply-history.ts";

const pieces = ["0 of r ", "1 of r ", "2 of r "];
const message = { id: 1, session_id: "a", key: "r" };

function told(content: string, status?: "stopped" | "streaming"): ReplyAnswer {
  return { outcome: "done", message: { ...message, content, ...(status && { status }) } };
}

/** An append of one piece. */
function append(index: number, ...[answer]: [ReplyAnswer?]): [ReplyRequest, ReplyAnswer] {
  const [offset, text] = [index * 7, pieces[index] ?? ""];
  const done: ReplyAnswer = { outcome: "done", length: offset + text.length, seq: index };
  return [{ type: "append", offset, text }, answer ?? done];
}

const open: [ReplyRequest, ReplyAnswer] = [{ type: "open" }, told("", "streaming")];
const unknown: ReplyAnswer = { outcome: "unknown" };
const interrupted: ReplyAnswer = { outcome: "refused", code: "CONFLICT", length: 7, status: "interrupted" };

/** The calls follow each other; each takes two ticks, and 100 ms. */
function toCalls(asked: [ReplyRequest, ReplyAnswer][], pauseMs = 0): ReplyCall[] {
  return asked.map(([request, answer], index) => ({
    door: "a door",
    request,
    answer,
    wanted: 2 * index,
    begun: 2 * index + 1,
    ended: answer.outcome === "unknown" ? Number.POSITIVE_INFINITY : 2 * index + 2,
    begunMs: index * (100 + pauseMs),
    endedMs: index * (100 + pauseMs) + 100,
  }));
}

function historyOf(calls: ReplyCall[], stored: Pick<StoredMessage, "content" | "status">): History {
  const row: StoredMessage = { id: 1, key: "r", seq: 1, deleted: 0, complete_id: null, ...stored };
  const session = { id: "a", title: "", seq: 1, start_seq: 0, list_seq: 1, deleted: 0 } as const;
  return {
    calls: [],
    replies: [{ session: "a", key: "r", writer: "w", pieces, calls }],
    readers: [],
    messageReaders: [],
    listReaders: [],
    incidents: [],
    isUndisturbed: false,
    begunAnewAt: 0,
    epochs: ["only"],
    epoch: "only",
    stored: [{ ...session, messages: [row] }],
  };
}

type Case = {
  what: string;
  asked: [ReplyRequest, ReplyAnswer][];
  content: string;
  status: string | null;
  pauseMs?: number;
  found: string[];
};

const finish: [ReplyRequest, ReplyAnswer] = [{ type: "finish" }, told("0 of r 1 of r ")];
const stop: [ReplyRequest, ReplyAnswer] = [{ type: "stop" }, told("0 of r ", "stopped")];
const all = "0 of r 1 of r ";

test.each<Case>([
  {
    what: "it ends with its text",
    asked: [open, append(0), append(1), finish],
    content: all,
    status: null,
    found: [],
  },
  {
    what: "an append without an answer is stored, and its writer is gone",
    asked: [open, append(0), append(1, unknown)],
    content: all,
    status: "interrupted",
    found: [],
  },
  {
    what: "an acknowledged append is missing",
    asked: [open, append(0), append(1)],
    content: "0 of r ",
    status: "interrupted",
    found: ["LOST"],
  },
  {
    what: "an append is there twice",
    asked: [open, append(0), append(0)],
    content: "0 of r 0 of r ",
    status: "interrupted",
    found: ["DOUBLED"],
  },
  {
    what: "text is there that nobody appended yet",
    asked: [open, append(0)],
    content: all,
    status: "interrupted",
    found: ["PHANTOM"],
  },
  {
    what: "an append is acknowledged after the stop",
    asked: [open, append(0), stop, append(1)],
    content: all,
    status: "stopped",
    found: ["REOPENED", "REOPENED"],
  },
  {
    what: "a stop was answered, and a lease has ended it",
    asked: [open, append(0), stop],
    content: "0 of r ",
    status: "interrupted",
    found: ["REOPENED"],
  },
  {
    what: "a gap was accepted",
    asked: [
      open,
      [
        { type: "append", offset: 5, text: "beyond", isStray: true },
        { outcome: "done", length: 11, seq: 2 },
      ],
    ],
    content: "",
    status: "interrupted",
    found: ["OFFSET"],
  },
  {
    what: "it streams for ever",
    asked: [open, append(0)],
    content: "0 of r ",
    status: "streaming",
    found: ["LEASE"],
  },
  {
    what: "nobody has finished it",
    asked: [open, append(0)],
    content: "0 of r ",
    status: null,
    found: ["LEASE"],
  },
  {
    what: "its lease ended too early",
    asked: [open, append(0), append(1, interrupted)],
    content: "0 of r ",
    status: "interrupted",
    found: ["LEASE"],
  },
  {
    what: "its writer was away for longer than its lease",
    asked: [open, append(0), append(1, interrupted)],
    pauseMs: 1000,
    content: "0 of r ",
    status: "interrupted",
    found: [],
  },
])(
  "of a reply the checker finds $found if $what [REPLY-1] [REPLY-6] [REPLY-9]",
  ({ asked, content, status, pauseMs, found }) => {
    const violations = checkReplies(historyOf(toCalls(asked, pauseMs), { content, status }));
    expect(violations.map(({ name }) => name)).toEqual(found);
  },
);
