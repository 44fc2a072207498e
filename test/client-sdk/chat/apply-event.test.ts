import { expect, test } from "vitest";
import type { SessionState } from "../../../client-sdk/src/chat/apply-event.ts";
import { applyAnswer, applyEvent, emptySession } from "../../../client-sdk/src/chat/apply-event.ts";
import { applyRename } from "../../../client-sdk/src/chat/begin-rename.ts";
import { requestPage } from "../../../client-sdk/src/chat/page-loader.ts";
import { putMessages } from "../../../client-sdk/src/chat/put-page.ts";
import type { LiveEvent, Message } from "../../../client-sdk/src/chat/wire.ts";
import { message } from "./support/live-session.ts";

function beginning(
  type: "snapshot" | "reset",
  seq: number,
  messages: readonly Message[],
  { hasEarlier = false, epoch = "e" } = {},
): LiveEvent {
  const session = { id: "s", title: "Title", created_at: "2026-01-01T00:00:00Z", messages: [...messages] };
  return { type, seq, prev: seq, epoch, session, has_earlier: hasEarlier };
}

function told(seq: number, change: Message): LiveEvent {
  return { type: "message", seq, prev: seq - 1, message: change };
}

function deletion(seq: number, id: number): LiveEvent {
  return { type: "message_deleted", seq, prev: seq - 1, message_id: id, key: `key-${id}` };
}

/** An event of the log, or a change from elsewhere. */
type Step = LiveEvent | ((state: SessionState) => SessionState);

function answer(answered: Message, epoch = "e"): Step {
  return (state) => applyAnswer(state, answered, epoch);
}

const requests = Array.from({ length: 10 }, () => requestPage<SessionState, number, Message>());

function page(at: number, items: readonly Message[], cursor: string | null = null): Step {
  const loaded = { items, next_cursor: cursor };
  return (state) =>
    requests[at]?.end(state, (paged, requested) => putMessages(paged, loaded, requested)) ?? state;
}

const asked =
  (at: number): Step =>
  (state) =>
    requests[at]?.begin(state) ?? state;

const lateWindow = beginning("snapshot", 10, [message(8, 8), message(9, 9)], { hasEarlier: true });

function apply(state: SessionState, step: Step): SessionState {
  return typeof step === "function" ? step(state) : applyEvent(state, step);
}

function run(steps: readonly Step[]): SessionState {
  return steps.reduce(apply, emptySession);
}

test.each<[rule: string, steps: Step[], shown: string[]]>([
  [
    "a new message comes last",
    [lateWindow, told(11, message(10, 11))],
    ["message 8", "message 9", "message 10"],
  ],
  [
    "a message that others sent first comes before it",
    [lateWindow, answer(message(12, 13)), told(11, message(10, 11))],
    ["message 8", "message 9", "message 10", "message 12"],
  ],
  [
    "an event after the answer shows the message once",
    [lateWindow, answer(message(10, 11)), told(11, message(10, 11))],
    ["message 8", "message 9", "message 10"],
  ],
  [
    "an edit outside of the loaded part stays outside",
    [lateWindow, told(11, message(1, 11, "edited"))],
    ["message 8", "message 9"],
  ],
  [
    "so does the answer to such an edit",
    [lateWindow, answer(message(1, 11, "edited"))],
    ["message 8", "message 9"],
  ],
  [
    "a slow answer does not undo a newer edit",
    [lateWindow, told(12, message(9, 12, "newer")), answer(message(9, 11, "older"))],
    ["message 8", "newer"],
  ],
  [
    "an answer does not bring a deleted message back",
    [lateWindow, told(11, message(10, 11)), deletion(12, 10), answer(message(10, 11))],
    ["message 8", "message 9"],
  ],
  [
    "a page does not bring back what was deleted meanwhile",
    [lateWindow, asked(1), deletion(11, 7), page(1, [message(6, 6), message(7, 7)])],
    ["message 6", "message 8", "message 9"],
  ],
  [
    "a page does not undo an edit that was told meanwhile",
    [lateWindow, asked(1), told(11, message(7, 11, "edited")), page(1, [message(7, 7)])],
    ["edited", "message 8", "message 9"],
  ],
  [
    "a page that was asked for before a snapshot is dropped",
    [
      lateWindow,
      asked(1),
      beginning("snapshot", 20, [message(15, 15)], { hasEarlier: true }),
      page(1, [message(7, 7)]),
    ],
    ["message 15"],
  ],
  [
    "a page that was asked for before the last one is dropped",
    [lateWindow, asked(1), asked(2), page(1, [message(7, 7)])],
    ["message 8", "message 9"],
  ],
  [
    "a snapshot drops older pages, in which edits may have been missed",
    [
      lateWindow,
      asked(1),
      page(1, [message(7, 7)]),
      beginning("snapshot", 20, [message(9, 9)], { hasEarlier: true }),
    ],
    ["message 9"],
  ],
  [
    "a snapshot keeps an answer that is newer than it",
    [lateWindow, answer(message(30, 31)), beginning("snapshot", 20, [message(9, 9)], { hasEarlier: true })],
    ["message 9", "message 30"],
  ],
  [
    "a snapshot keeps an edit that is newer than it",
    [
      lateWindow,
      answer(message(9, 31, "mine")),
      beginning("snapshot", 20, [message(9, 9)], { hasEarlier: true }),
    ],
    ["mine"],
  ],
  [
    "a repeated snapshot undoes nothing",
    [lateWindow, told(11, message(10, 11)), lateWindow],
    ["message 8", "message 9", "message 10"],
  ],
  [
    "a repeated event undoes no deletion",
    [lateWindow, told(11, message(10, 11)), deletion(12, 10), told(11, message(10, 11))],
    ["message 8", "message 9"],
  ],
  [
    "a reset drops everything, newer answers too",
    [lateWindow, answer(message(30, 31)), beginning("reset", 3, [message(2, 2)], { epoch: "f" })],
    ["message 2"],
  ],
  [
    "the answer of a call from before the reset says nothing",
    [lateWindow, beginning("reset", 3, [message(2, 2)], { epoch: "f" }), answer(message(30, 31), "e")],
    ["message 2"],
  ],
  [
    "an answer before the first snapshot shows",
    [(state) => applyAnswer(state, message(30, 31), undefined)],
    ["message 30"],
  ],
  [
    "an answer of a known epoch before the first snapshot stays, if the snapshot is older",
    [answer(message(30, 31)), beginning("snapshot", 10, [message(8, 8)])],
    ["message 8", "message 30"],
  ],
  [
    "an answer before the first snapshot goes with a snapshot of another epoch",
    [answer(message(30, 31), "d"), beginning("snapshot", 10, [message(8, 8)])],
    ["message 8"],
  ],
  [
    "an answer before the first snapshot undoes no deletion",
    [answer(message(30, 31)), beginning("snapshot", 40, [message(8, 8)])],
    ["message 8"],
  ],
  ["a deleted session shows nothing", [lateWindow, { type: "session_deleted", seq: 11, prev: 10 }], []],
])("%s", (_, steps, shown) => {
  expect(run(steps).messages.map(({ content }) => content)).toEqual(shown);
});

test("nothing changes when nothing is new, and an unchanged message stays the same object", () => {
  const before = run([lateWindow, told(11, message(10, 11))]);
  for (const repeat of [told(11, message(10, 11)), deletion(9, 8), answer(message(10, 11))]) {
    expect(apply(before, repeat)).toBe(before);
  }
  const after = applyEvent(before, told(12, message(9, 12, "edited")));
  expect([after.messages[0] === before.messages[0], after.messages[2] === before.messages[2]]).toEqual([
    true,
    true,
  ]);
  const snapshot = beginning("snapshot", 12, structuredClone(after.messages), { hasEarlier: true });
  expect(applyEvent(after, snapshot).messages[1]).toBe(after.messages[1]);
});

test("an event of an unknown type moves the position and nothing else [LINE-3]", () => {
  const before = run([lateWindow]);
  expect(applyEvent(before, { type: "signal", seq: 11, prev: 10 } as unknown as LiveEvent)).toEqual({
    ...before,
    seq: 11,
  });
});

test("a page moves the beginning of the loaded part, and the last one ends it [MERGE-2]", () => {
  const first = run([lateWindow, asked(1), page(1, [message(5, 5), message(6, 6)], "5")]);
  const last = [asked(2), page(2, [message(1, 1)], null)].reduce(apply, first);
  expect([first.floor, first.hasEarlier]).toEqual([5, true]);
  expect([last.hasEarlier, last.messages.map(({ id }) => id)]).toEqual([false, [1, 5, 6, 8, 9]]);
});

test("the answer of a rename is taken unless the log has told of a title since", () => {
  const head = { id: "s", title: "mine", created_at: "2026-01-01T00:00:00Z" };
  const before = run([lateWindow]);
  const renamed: Step = (state) => applyRename(state, head, before.session);
  expect(apply(before, renamed).session?.title).toBe("mine");
  const theirs: LiveEvent = { type: "session", seq: 11, prev: 10, session: { ...head, title: "theirs" } };
  expect([theirs, renamed].reduce(apply, before).session?.title).toBe("theirs");
});
