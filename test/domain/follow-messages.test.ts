import { expect, test } from "vitest";
import type { Message } from "../../server/contract/message.ts";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import { followMessages } from "../support/follow-messages.ts";
import { changesPerRead } from "../../server/live/change-log.ts";
import { updateMessage } from "../../server/domain/update-message.ts";
import { openServices } from "../support/services.ts";

test("messages that are edited and added between the pages of a replay come in their order, and in their last form [RESUME-6]", async () => {
  const services = await openServices();
  await createSession(services, { id: "s" });
  const stored = new Map<number, string>();
  async function add(content: string): Promise<void> {
    const { message } = await addMessage(services, { session_id: "s", content, sender: "user" });
    stored.set(message.id, content);
  }
  async function edit(id: number, content: string): Promise<void> {
    await updateMessage(services, { session_id: "s", message_id: id, content });
    stored.set(id, content);
  }
  const count = 3 * changesPerRead;
  for (let index = 0; index < count; index += 1) await add(`${index}`);

  const stop = new AbortController();
  const shown = new Map<number, string>();
  const forms = new Set<string>();
  const follow = { sessionId: "s", after: "first", signal: stop.signal } as const;
  for await (const { id, content } of followMessages(services, follow)) {
    const isNew = !shown.has(id);
    if (isNew) expect(id).toBeGreaterThan(Math.max(0, ...shown.keys()));
    shown.set(id, content);
    expect(forms.has(`${id} ${content}`)).toBe(false);
    forms.add(`${id} ${content}`);
    if (content === "end") stop.abort();
    if (!isNew || id % 10 !== 0 || id > count) continue;
    // A message that was sent, then one each of this page, the next page and the last page.
    const edited = [1, id, id + changesPerRead, count].filter((each) => each <= count);
    for (const each of new Set(edited)) await edit(each, `edited at ${id}`);
    await add(`added at ${id}`);
    await edit(Math.max(...stored.keys()), `added and edited at ${id}`);
    if (id === count) await add("end");
  }
  expect(shown).toEqual(stored);
});

test.each([undefined, 1])(
  "a reader after %j that waits for its turn to read gets each change since it came [RESUME-6] [SLOW-3]",
  async (after) => {
    const services = await openServices();
    await createSession(services, { id: "s" });
    await addMessage(services, { session_id: "s", content: "one", sender: "user" });
    const stop = new AbortController();
    const shown: string[] = [];
    const { promise: areShown, resolve } = Promise.withResolvers<void>();
    let hasWaited = false;
    const show = (messages: readonly Message[]): void => {
      shown.push(...messages.map(({ content }) => content));
      if (shown.includes("three")) resolve();
    };
    const ended = followMessages(services, { sessionId: "s", after, signal: stop.signal }).pipeTo({
      isWritable: true,
      takesSignals: true,
      async whenWritable(work) {
        if (!hasWaited) {
          hasWaited = true;
          await updateMessage(services, { session_id: "s", message_id: 1, content: "one, edited" });
          await addMessage(services, { session_id: "s", content: "two", sender: "user" });
          await addMessage(services, { session_id: "s", content: "three", sender: "user" });
        }
        return work();
      },
      send: show,
      sendShared: show,
    });
    await areShown;
    stop.abort();
    await ended;
    expect(shown.toSorted()).toEqual(["one, edited", "three", "two"]);
  },
);
