import { expect, test } from "vitest";
import type { ListState } from "../../../client-sdk/src/chat/apply-list-event.ts";
import { applyListEvent, emptyList } from "../../../client-sdk/src/chat/apply-list-event.ts";
import { requestPage } from "../../../client-sdk/src/chat/page-loader.ts";
import { putSessions } from "../../../client-sdk/src/chat/put-page.ts";
import type { ListedSession, ListEvent } from "../../../client-sdk/src/chat/wire.ts";
import { Random } from "../../support/random.ts";
import { ModelList } from "./support/model-list.ts";

const seeds = 2000;

test(`after any of ${seeds} histories the list is what the server has down to the last loaded session [MERGE-6]`, () => {
  let partly = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const random = new Random(seed);
    const server = new ModelList();
    let state = emptyList;
    for (let made = random.below(12); made > 0; made -= 1) server.create();
    let stream: ListEvent[] = server.subscribe(undefined, 3);
    let read = 0;
    const positions: number[] = [];
    const underWay: ((state: ListState) => ListState)[] = [];
    const receive = (count: number): void => {
      // Now and then what came last comes again.
      if (random.below(5) === 0) read = Math.max(0, read - random.below(4));
      for (const event of stream.slice(read, read + count)) {
        read += 1;
        const { seq } = state;
        state = applyListEvent(state, event);
        expect(state.seq).toBeGreaterThanOrEqual(seq);
        positions.push(state.seq);
      }
    };
    const deliver = (): void => {
      const [answer] = underWay.splice(random.below(underWay.length), 1);
      if (answer) state = answer(state);
    };
    const askPage = (): void => {
      if (state.cursor === null || random.below(3) > 0) return;
      const request = requestPage<ListState, string, ListedSession>();
      const page = server.page(state.cursor, 1 + random.below(4));
      state = request.begin(state);
      const fails = random.below(6) === 0;
      underWay.push((now) =>
        fails
          ? request.end(now)
          : request.end(now, (paged, requested) => putSessions(paged, page, requested)),
      );
    };
    const subscribe = (): void => {
      if (random.below(4) > 0) return;
      const after =
        random.below(6) === 0 || positions.length === 0 ? undefined : random.pick(positions.slice(-6));
      stream = server.subscribe(after, 1 + random.below(5));
      read = 0;
    };
    for (let step = 0; step < 80; step += 1) {
      const ids = server.alive.map(({ id }) => id);
      const change = (act: (id: string) => void) => () => ids.length > 0 && act(random.pick(ids));
      random.pick<() => unknown>([
        () => server.create(),
        () => server.create(),
        change((id) => server.addMessage(id)),
        change((id) => server.rename(id)),
        change((id) => server.rename(id)),
        change((id) => server.remove(id)),
        () => receive(1 + random.below(5)),
        () => receive(1 + random.below(5)),
        deliver,
        deliver,
        askPage,
        askPage,
        subscribe,
      ])();
    }
    while (underWay.length > 0) deliver();
    stream = server.subscribe(state.seq < 0 ? undefined : state.seq, 3);
    read = 0;
    receive(Number.POSITIVE_INFINITY);
    receive(Number.POSITIVE_INFINITY);
    const { sessions, cursor, floor } = state;
    const shown = server.alive.filter(({ activity_seq: activity }) => cursor === null || activity >= floor);
    expect({ seed, sessions }).toEqual({ seed, sessions: shown });
    if (cursor !== null) partly += 1;
  }
  expect(partly).toBeGreaterThan(seeds / 10);
});

function session(id: string, activity: number): ListedSession {
  return { id, title: id, created_at: "", activity_seq: activity, last_message: null };
}

test("a session outside of the loaded part stays outside until activity brings it to the top [MERGE-6]", () => {
  const sessions = [session("b", 9), session("a", 8)];
  const begun = applyListEvent(emptyList, {
    type: "snapshot",
    seq: 9,
    prev: 9,
    epoch: "e",
    sessions,
    next_cursor: "8",
  });
  const renamed = applyListEvent(begun, { type: "session", seq: 10, prev: 9, session: session("old", 2) });
  expect(renamed.sessions).toBe(begun.sessions);
  const active = applyListEvent(renamed, { type: "session", seq: 11, prev: 10, session: session("old", 11) });
  expect(active.sessions.map(({ id }) => id)).toEqual(["old", "b", "a"]);
  expect(active.sessions[1]).toBe(begun.sessions[0]);
});

test("a snapshot that tells the same leaves the sessions the same objects", () => {
  const snapshot = { type: "snapshot", seq: 9, prev: 9, epoch: "e", next_cursor: null } as const;
  const begun = applyListEvent(emptyList, { ...snapshot, sessions: [session("a", 8)] });
  const again = applyListEvent(begun, { ...snapshot, sessions: [session("a", 8)] });
  expect(again.sessions[0]).toBe(begun.sessions[0]);
});
