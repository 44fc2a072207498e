import { expect, test } from "vitest";
import type { Message } from "../../server/contract/message.ts";
import type { Services } from "../../server/domain/services.ts";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import { appendToReply } from "../../server/domain/replies/append-to-reply.ts";
import { finishReply } from "../../server/domain/replies/finish-reply.ts";
import { stopReply } from "../../server/domain/replies/stop-reply.ts";
import { followMessages } from "../support/follow-messages.ts";
import { openServices } from "../support/services.ts";

const reply = { session_id: "s", key: "r", message_id: undefined };
const noMore = {
  writer: undefined,
  status: undefined,
  content: undefined,
  parts: undefined,
  metadata: undefined,
  error: undefined,
};

async function open(services: Services): Promise<void> {
  await addMessage(services, { ...reply, content: "", sender: "assistant", status: "streaming" });
}

async function append(services: Services, offset: number, text: string): Promise<void> {
  await appendToReply(services, {
    ...reply,
    offset,
    text,
    writer: undefined,
    chunks: undefined,
    chunk_offset: undefined,
  });
}

test("a reply that grows while a page of the log is read is in the page once [REPLY-3] [ORDER-3]", async () => {
  const services = await openServices();
  await createSession(services, { id: "s" });
  await open(services);
  let length = 0;
  const grow = async (): Promise<void> => {
    await append(services, length, "word ");
    length += 5;
  };
  await grow();
  const life = await services.store.sessions.findLog("s");
  if (!life) throw new Error("There is no session.");
  const read = await services.watch(grow).messages.listChanged({
    life,
    after: life.seq - 1,
    upTo: life.seq,
    limit: 100,
  });
  expect(length).toBeGreaterThan(5);
  expect(read?.rows.map(({ seq, content }) => [seq, content])).toEqual([[life.seq, "word "]]);
});

test.each([
  { how: "stop", end: (services: Services) => stopReply(services, reply) },
  { how: "finish", end: (services: Services) => finishReply(services, { ...reply, ...noMore }) },
])(
  "a reply that has ended by a $how is sent once to a client of the messages that falls behind after it [REPLY-4]",
  async ({ end }) => {
    const services = await openServices();
    await createSession(services, { id: "s" });
    await open(services);
    await append(services, 0, "Half");
    const stop = new AbortController();
    const shown: string[] = [];
    const { promise: isLive, resolve: onLive } = Promise.withResolvers<void>();
    const { promise: isOver, resolve: onOver } = Promise.withResolvers<void>();
    const show = (messages: readonly Message[]): void => {
      shown.push(...messages.map(({ content }) => content));
      if (shown.includes("early")) onLive();
      if (shown.includes("late")) onOver();
    };
    const sink = {
      isWritable: true,
      takesSignals: true,
      async whenWritable<Value>(work: () => Promise<Value>): Promise<Value> {
        sink.isWritable = true;
        return work();
      },
      send: show,
      sendShared: show,
    };
    const follow = { sessionId: "s", after: "first", signal: stop.signal } as const;
    const ended = followMessages(services, follow).pipeTo(sink);
    await addMessage(services, { session_id: "s", content: "early", sender: "user" });
    await isLive;
    await end(services);
    await expect.poll(() => shown).toContain("Half");
    // It takes nothing live now, and reads from the file.
    sink.isWritable = false;
    await addMessage(services, { session_id: "s", content: "late", sender: "user" });
    await isOver;
    stop.abort();
    await ended;
    expect(shown).toEqual(["early", "Half", "late"]);
  },
);
