import { applyEvent, emptySession } from "../../client-sdk/src/chat/apply-event.ts";
import { describe, expect, test } from "vitest";
import type { LiveEvent } from "../../server/contract/live-event.ts";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import { deleteMessage } from "../../server/domain/delete-message.ts";
import { deleteSession } from "../../server/domain/delete-session.ts";
import { followMessages } from "../support/follow-messages.ts";
import type { Session } from "../../server/contract/session.ts";
import { parsePieces } from "../../server/domain/answer-share.ts";
import { streamSession } from "../../server/domain/answers-in-pieces.ts";
import { followSession } from "../../server/domain/session-log.ts";
import { updateMessage } from "../../server/domain/update-message.ts";
import { updateSession } from "../../server/domain/update-session.ts";
import type { Services } from "../../server/domain/services.ts";
import type { OpenServices, WatchableServices } from "../support/services.ts";
import { actAfterRead } from "../support/services.ts";

const unbounded = { take: () => Promise.resolve(), done: () => undefined, refused: () => undefined };

/** Beyond the number of reads that attaching takes, so that the last rows of the table act when all is live. */
const moments = Array.from({ length: 14 }, (_, index) => index + 1);

async function openFilled(open: OpenServices): Promise<WatchableServices> {
  const services = await open();
  await createSession(services, { id: "s" });
  for (const content of ["one", "two", "three"]) await add(services, content);
  return services;
}

async function add(services: Services, content: string): Promise<{ id: number }> {
  return (await addMessage(services, { session_id: "s", content, sender: "user" })).message;
}

type Watched = ReturnType<typeof actAfterRead>;

/** Follows until a message says "end", which is written once the reader has caught up and the act is done. */
async function followToEnd({ services, actNow }: Watched, after: string | undefined): Promise<LiveEvent[]> {
  const stop = new AbortController();
  const events: LiveEvent[] = [];
  for await (const { event } of followSession(services, { sessionId: "s", after, signal: stop.signal })) {
    events.push(event);
    if (event.type === "caught_up") void actNow().then(() => add(services, "end"));
    if (event.type === "message" && event.message.content === "end") stop.abort();
  }
  expect(services.hub.size).toBe(0);
  return events;
}

/** The state of a reader that applies the events. */
function apply(events: LiveEvent[]): { title: string; messages: [number, string][] } {
  const { session, messages } = events.reduce(applyEvent, emptySession);
  return { title: session?.title ?? "", messages: messages.map(({ id, content }) => [id, content]) };
}

/** The rules of a reader that attaches to a session while others change the session, over any store. */
export function describeAttachRaces(name: string, open: OpenServices): void {
  describe.each([name])("%s", () => {
    describe.each(moments)("changes after read number %i of a reader that attaches", (moment) => {
      test.each([undefined, "0", "2"])(
        "are each seen once and in order, from position %j [ATTACH-1] [RESUME-3]",
        async (after) => {
          const services = await openFilled(open);
          const watched = actAfterRead(services, moment, async () => {
            await add(services, "four");
            await updateMessage(services, { session_id: "s", message_id: 1, content: "one, edited" });
            await deleteMessage(services, { session_id: "s", message_id: 2 });
            await updateSession(services, { session_id: "s", title: "Renamed" });
          });
          const events = await followToEnd(watched, after);

          const { pieces } = await streamSession(services, { session_id: "s" }, "full");
          const { title, messages } = await parsePieces<Session>(pieces, unbounded);
          const has = apply(events);
          expect([title, has.title]).toEqual(["Renamed", "Renamed"]);
          // A subscriber that resumes after 2 has the first two messages, and gets their changes.
          const expected = messages.map(({ id, content }): [number, string] => [id, content]);
          expect(has.messages).toEqual(expected);
          for (const [index, event] of events.entries()) {
            if (index > 0) expect(event.prev).toBe(events[index - 1]?.seq);
            if (index > 0 && event.type !== "caught_up") expect(event.seq).toBeGreaterThan(event.prev);
          }
          expect(events.filter(({ type }) => type === "caught_up")).toHaveLength(1);
          expect(events.filter(({ type }) => type === "snapshot" || type === "reset")).toHaveLength(
            after === undefined ? 1 : 0,
          );
        },
      );

      test("are each seen once as messages, from a message that the reader has [RESUME-6]", async () => {
        const inner = await openFilled(open);
        const { services, actNow } = actAfterRead(inner, moment, () => add(inner, "four"));
        const stop = new AbortController();
        const contents: string[] = [];
        for await (const { content } of followMessages(services, {
          sessionId: "s",
          after: 1,
          signal: stop.signal,
        })) {
          contents.push(content);
          if (content === "three") void actNow().then(() => add(services, "end"));
          if (content === "end") stop.abort();
        }
        expect(contents).toEqual(["two", "three", "four", "end"]);
        expect(services.hub.size).toBe(0);
      });

      test("are each seen as messages as they are at last, and no form of one is seen twice [RESUME-6]", async () => {
        const inner = await openFilled(open);
        const { services, actNow } = actAfterRead(inner, moment, async () => {
          await updateMessage(inner, { session_id: "s", message_id: 1, content: "one, edited" });
          await updateMessage(inner, { session_id: "s", message_id: 3, content: "three, edited" });
          await deleteMessage(inner, { session_id: "s", message_id: 2 });
          await add(inner, "four");
        });
        const stop = new AbortController();
        const forms: [number, string][] = [];
        let ending: Promise<unknown> | undefined;
        const messages = followMessages(services, { sessionId: "s", after: 1, signal: stop.signal });
        for await (const { id, content } of messages) {
          forms.push([id, content]);
          // Of this one some form comes at every moment, before or after what is done to it.
          if (id === 3) ending ??= actNow().then(() => add(inner, "end"));
          if (content === "end") stop.abort();
        }
        expect(forms.length).toBe(new Set(forms.map(String)).size);
        // Of the edit of the first one, which it has, it may be told; the second it saw if that was still there.
        const last = new Map(forms.filter(([id]) => id > 2));
        expect([...last].toSorted(([a], [b]) => a - b)).toEqual([
          [3, "three, edited"],
          [4, "four"],
          [5, "end"],
        ]);
        expect(forms.map(([id]) => id).filter((id) => id === 2).length).toBeLessThanOrEqual(1);
        expect(services.hub.size).toBe(0);
      });

      test("let no message be seen before an earlier one: a client that is cut then comes back with its id [RESUME-6]", async () => {
        const inner = await openFilled(open);
        const { services, actNow } = actAfterRead(inner, moment, async () => {
          await updateMessage(inner, { session_id: "s", message_id: 2, content: "two, edited" });
          await add(inner, "four");
          await add(inner, "five");
          await updateMessage(inner, { session_id: "s", message_id: 4, content: "four, edited" });
        });
        const stop = new AbortController();
        const forms: [number, string][] = [];
        let ending: Promise<unknown> | undefined;
        const messages = followMessages(services, { sessionId: "s", after: 1, signal: stop.signal });
        for await (const { id, content } of messages) {
          forms.push([id, content]);
          if (id === 3) {
            // A deletion makes the log be read for those that are live, so that there is a moment within that reading.
            ending ??= deleteMessage(inner, { session_id: "s", message_id: 1 })
              .then(actNow)
              .then(() => add(inner, "end"));
          }
          if (content === "end") stop.abort();
        }
        expect([...new Set(forms.map(([id]) => id))]).toEqual([2, 3, 4, 5, 6]);
        expect(forms.length).toBe(new Set(forms.map(String)).size);
        expect(Object.fromEntries(forms)).toEqual({
          2: "two, edited",
          3: "three",
          4: "four, edited",
          5: "five",
          6: "end",
        });
        expect(services.hub.size).toBe(0);
      });

      test("let `caught_up` come after all that was there before, also what is changed meanwhile [ATTACH-2]", async () => {
        const inner = await openFilled(open);
        const { services } = actAfterRead(inner, moment, () =>
          updateMessage(inner, { session_id: "s", message_id: 3, content: "three, edited" }),
        );
        const { signal } = new AbortController();
        const shown: number[] = [];
        for await (const { event } of followSession(services, { sessionId: "s", after: "2", signal })) {
          if (event.type === "message") shown.push(event.message.id);
          if (event.type === "caught_up") break;
        }
        expect(new Set(shown)).toEqual(new Set([3]));
      });

      test.each([false, true])("end with the session; made anew at once: %s [DELETED-1]", async (again) => {
        const inner = await openFilled(open);
        const { services, actNow } = actAfterRead(inner, moment, async () => {
          await deleteSession(inner, "s");
          if (again) await createSession(inner, { id: "s", title: "Anew" });
        });
        const stop = new AbortController();
        const events: LiveEvent[] = [];
        try {
          for await (const { event } of followSession(services, {
            sessionId: "s",
            after: undefined,
            signal: stop.signal,
          })) {
            events.push(event);
            if (event.type === "caught_up") void actNow();
            if (apply(events).title === "Anew") stop.abort();
          }
        } catch (error) {
          // It was deleted before the reader had seen anything of it.
          expect([error, events]).toMatchObject([{ code: "NOT_FOUND" }, []]);
        }
        // Between the two it may be seen to be gone; else it is seen to be another.
        const isGone = events.length === 0 || events.at(-1)?.type === "session_deleted";
        if (!again || !isGone) {
          expect(isGone || apply(events)).toEqual(again ? { title: "Anew", messages: [] } : true);
        }
        expect(services.hub.size).toBe(0);
      });
    });

    test("an empty session that is deleted and made anew at once is another one to its readers [DELETED-1] [RESET-1]", async () => {
      const services = await open();
      await createSession(services, { id: "s" });
      const stop = new AbortController();
      const renew = async (): Promise<unknown> =>
        Promise.all([deleteSession(services, "s"), createSession(services, { id: "s", title: "Anew" })]);
      const types: string[] = [];
      const follow = { sessionId: "s", signal: stop.signal };
      const messages = Array.fromAsync(followMessages(services, { ...follow, after: undefined }));
      for await (const { event } of followSession(services, { ...follow, after: undefined })) {
        types.push(event.type);
        if (event.type === "caught_up") await renew();
        else if (types.includes("caught_up")) break;
      }
      expect(types).toEqual(["snapshot", "caught_up", "reset"]);
      expect(await messages).toEqual([]);
    });
  });
}
