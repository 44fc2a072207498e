import { describe, expect, test } from "vitest";
import { applyListEvent, emptyList } from "../../client-sdk/src/chat/apply-list-event.ts";
import type { ListEvent } from "../../server/contract/list-event.ts";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import { deleteSession } from "../../server/domain/delete-session.ts";
import { followList } from "../../server/domain/list-log.ts";
import { updateSession } from "../../server/domain/update-session.ts";
import type { OpenServices } from "../support/services.ts";
import { actAfterRead } from "../support/services.ts";

/** Beyond the number of reads that attaching takes, so that the last rows of the table act when all is live. */
const moments = Array.from({ length: 10 }, (_, index) => index + 1);

/** The titles and last messages of a list that is made as the events say. */
function apply(events: ListEvent[]): [string, string, string | undefined][] {
  const { sessions } = events.reduce(applyListEvent, emptyList);
  return sessions
    .map(({ id, title, last_message: last }): [string, string, string | undefined] => [
      id,
      title,
      last?.excerpt,
    ])
    .toSorted(([a], [b]) => a.localeCompare(b));
}

async function attachDuringChanges(
  open: OpenServices,
  moment: number,
  after: string | undefined,
): Promise<ListEvent[]> {
  const inner = await open();
  for (const id of ["a", "b", "c"]) await createSession(inner, { id, title: id });
  const { services, actNow } = actAfterRead(inner, moment, async () => {
    await createSession(inner, { id: "d", title: "d" });
    await updateSession(inner, { session_id: "a", title: "Renamed" });
    await deleteSession(inner, "b");
    await addMessage(inner, { session_id: "d", content: "Hello", sender: "user" });
  });
  const stop = new AbortController();
  const events: ListEvent[] = [];
  for await (const { event } of followList(services, { after, signal: stop.signal })) {
    events.push(event);
    if (event.type === "caught_up") void actNow().then(() => createSession(inner, { id: "z", title: "end" }));
    if (apply(events).some(([id]) => id === "z")) stop.abort();
  }
  expect(services.hub.size).toBe(0);
  return events;
}

/** The rules of a reader that attaches to the list of sessions while others change sessions, over any store. */
export function describeListRaces(name: string, open: OpenServices): void {
  describe.each([name])("%s", () => {
    test.each([undefined, "0", "2"])(
      "changes after any read of a reader that attaches to the list from position %j are each seen, in their order [LIST-2]",
      async (after) => {
        // All at once, since live readers of the list are kept waiting between changes.
        const all = await Promise.all(moments.map((moment) => attachDuringChanges(open, moment, after)));
        for (const [index, events] of all.entries()) {
          const when = `after read number ${moments[index]}`;
          // A subscriber that resumes after 2 has the first two sessions, and gets their changes.
          expect(apply(events), when).toEqual([
            ["a", "Renamed", undefined],
            ["c", "c", undefined],
            ["d", "d", "Hello"],
            ["z", "end", undefined],
          ]);
          for (const [place, event] of events.entries()) {
            if (place > 0) expect(event.prev, when).toBe(events[place - 1]?.seq);
            if (place > 0 && event.type !== "caught_up") expect(event.seq, when).toBeGreaterThan(event.prev);
          }
          expect(events.filter(({ type }) => type === "caught_up")).toHaveLength(1);
        }
      },
    );

    test.each(moments)(
      "`caught_up` comes after each session that was there before, also one that is changed after read number %i [LIST-2] [ATTACH-2]",
      async (moment) => {
        const inner = await open();
        for (const id of ["a", "b"]) await createSession(inner, { id, title: id });
        const { services } = actAfterRead(inner, moment, () =>
          updateSession(inner, { session_id: "b", title: "Renamed" }),
        );
        const { signal } = new AbortController();
        const events: ListEvent[] = [];
        for await (const { event } of followList(services, { after: "1", signal })) {
          if (event.type === "caught_up") break;
          events.push(event);
        }
        expect(apply(events).map(([id]) => id)).toEqual(["b"]);
      },
    );
  });
}
