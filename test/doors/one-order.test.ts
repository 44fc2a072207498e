import { join } from "node:path";
import { createTRPCClient, createWSClient, wsLink } from "@trpc/client";
import { expect, onTestFinished, test } from "vitest";
import type { LiveEvent } from "../../client-sdk/src/index.ts";
import { createClient } from "../../client-sdk/src/index.ts";
import type { AppRouter } from "../../client-sdk/src/trpc/index.ts";
import type { Frame } from "../support/readers.ts";
import { followOverSse, followWithClient, openChat } from "../support/readers.ts";
import { createSession, readSession, send } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const perDoor = 25;

function idsOfEvents(events: LiveEvent[]): number[] {
  return events.flatMap((event) => (event.type === "message" ? event.message.id : []));
}

function idsOfFrames(frames: Frame[]): number[] {
  return frames.flatMap(({ message }) => message?.id ?? []);
}

function isMessage({ type }: LiveEvent): boolean {
  return type === "message";
}

test("whichever door a message comes in by, every door shows it, all in one order, before and after a restart [ORDER-3] [RESUME-1]", async () => {
  const environment = { DATABASE_URL: `file:${join(makeTemporaryFolder(), "ai_desk.db")}` };
  const first = await startServer(environment);
  await createSession(first.url, { id: "one order" });
  const session_id = "one order";

  const client = createClient({ url: first.url });
  const socketClient = createWSClient({ url: `${first.wsUrl}/trpc` });
  onTestFinished(() => socketClient.close());
  const overSocket = createTRPCClient<AppRouter>({ links: [wsLink({ client: socketClient })] });
  const chats = await Promise.all([openChat(first.wsUrl, session_id), openChat(first.wsUrl, session_id)]);
  const followers = await Promise.all([
    followWithClient(client, { session_id }),
    followWithClient(client, { session_id }),
  ]);
  const sse = await followOverSse(first.url, { session_id });

  const turns = Array.from({ length: perDoor }, (_, turn) => turn);
  for (const turn of turns) {
    chats[turn % 2]?.socket.send(JSON.stringify({ content: `plain WebSocket ${turn}`, sender: "user" }));
  }
  await Promise.all([
    ...turns.map((turn) => send(first.url, session_id, `REST ${turn}`)),
    ...turns.map((turn) =>
      client.message.add.mutate({ session_id, content: `tRPC over HTTP ${turn}`, sender: "assistant" }),
    ),
    ...turns.map((turn) =>
      overSocket.message.add.mutate({ session_id, content: `tRPC over WebSocket ${turn}`, sender: "user" }),
    ),
  ]);

  const all = 4 * perDoor;
  const seen = [
    ...(await Promise.all(chats.map(async ({ frames }) => idsOfFrames(await frames.count(all))))),
    ...(await Promise.all(
      [...followers, sse].map(async ({ events }) =>
        idsOfEvents(await events.until((items) => items.filter(isMessage).length >= all)),
      ),
    )),
  ];
  const stored = (await readSession(first.url, session_id)).messages;
  const order = stored.map(({ id }) => id);
  expect(order).toHaveLength(all);
  expect(order).toEqual(order.toSorted((a, b) => a - b));
  expect(new Set(stored.map(({ content }) => content)).size).toBe(all);
  for (const ids of seen) expect(ids).toEqual(order);

  const lastSeen = followers[0].events.items.findLast(isMessage);
  for (const { unsubscribe } of followers) unsubscribe();
  sse.stop();
  expect(await first.stop()).toEqual({ code: 0, signal: null });
  expect((await chats[0].closed).code).toBe(1012);

  const second = await startServer(environment);
  expect((await readSession(second.url, session_id)).messages).toEqual(stored);
  const missed = (await send(second.url, session_id, "after the restart")).id;
  const resumed = await followWithClient(createClient({ url: second.url }), {
    session_id,
    lastEventId: lastSeen?.position ?? "",
  });
  expect(idsOfEvents(resumed.events.items)).toEqual([missed]);
  resumed.unsubscribe();
  const chat = await openChat(second.wsUrl, session_id, `?after=${order[perDoor - 1]}`);
  expect(idsOfFrames(await chat.frames.count(all - perDoor + 1))).toEqual([...order.slice(perDoor), missed]);
});
