import { expect, test } from "vitest";
import type { ChatState } from "../../../client-sdk/src/chat/chat-state.ts";
import type { SessionSnapshot } from "../../../client-sdk/src/chat/session-snapshot.ts";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
import { Random } from "../../support/random.ts";
import type { Fault } from "./support/faulty-proxy.ts";
import { openChat, until } from "./support/open-chat.ts";
import { startDesk } from "./support/start-desk.ts";
import { Tabs } from "./support/tabs.ts";

const seeds = [1, 2, 3, 4, 5, 6, 100];
const steps = 60;
const faults: Fault[] = ["pass", "pass", "pass", "cut after", "cut before", "html"];

const shown = ({ messages }: SessionSnapshot) =>
  messages.filter(({ delivery }) => delivery !== "failed").map(({ content }) => content);

/** Does something that a person may do in a tab. @returns a promise that ends when it is done or refused */
function act(chat: ChatState, random: Random, text: string): unknown {
  const store = chat.session("s");
  const { messages } = store.getSnapshot();
  const key = messages.length > 0 ? random.pick(messages).key : undefined;
  const acts = [
    () => store.send(text),
    () => store.send(text),
    () => store.send(text),
    () => key !== undefined && store.edit(key, `${text}, edited`),
    () => key !== undefined && store.remove(key),
    () => key !== undefined && store.cancel(key),
  ];
  return random.pick<() => unknown>(acts)();
}

test.each(seeds)(
  "two tabs and a faulty network end with what the server has, each message once (seed %i)",
  async (seed) => {
    const random = new Random(seed);
    const { proxy, stored, ways } = await startDesk();
    const storage = createMemoryStorage();
    const tabs = new Tabs({ everyTabSends: seed % 2 === 0 });
    const chats = [tabs.open(), tabs.open()].map((sender) => openChat({ ...ways, storage, sender }).chat);
    await Promise.all(chats.map((chat) => until(chat.session("s"), ({ status }) => status === "live")));
    const stops = chats.map((chat) => chat.session("s").subscribe(() => undefined));
    proxy.choose = () => random.pick(faults);
    const acts: unknown[] = [];
    for (let step = 0; step < steps; step += 1) {
      acts.push(act(random.pick(chats), random, `${seed}-${step}`));
      if (random.below(3) === 0) await new Promise((done) => setImmediate(done));
    }
    proxy.choose = undefined;
    await Promise.all(chats.map((chat) => chat.drain()));
    await Promise.allSettled(acts);
    const all = await stored();
    await expect.poll(() => chats.map((chat) => shown(chat.session("s").getSnapshot()))).toEqual([all, all]);
    expect(new Set(all.map((content) => content.split(",")[0])).size).toBe(all.length);
    for (const stop of stops) stop();
  },
);
