import { expect, test } from "vitest";
import { createMemoryStorage } from "../../../client-sdk/src/chat/storage/memory-storage.ts";
import { createChat } from "../../../client-sdk/src/index.ts";
import { startGateway } from "../../support/gateway.ts";
import { makeSession } from "../../support/make-session.ts";
import { startApp } from "../../support/start-app.ts";
import { openChat, until } from "./support/open-chat.ts";
import { startDesk } from "./support/start-desk.ts";

const aborted = { kind: "aborted", retryable: false };

test("the close of a chat ends what is awaited of sends as aborted, and keeps what is unsent [CALL-2]", async () => {
  const { proxy, stored, ways } = await startDesk();
  proxy.hold();
  const storage = createMemoryStorage();
  const { chat } = openChat({ ...ways, storage });
  const store = chat.session("s");
  const sends = ["one", "two"].map((content) => store.send(content));
  const drained = chat.drain();
  await proxy.nextHeld();
  await chat.close();
  await expect(sends[0]).rejects.toMatchObject(aborted);
  await expect(sends[1]).rejects.toMatchObject(aborted);
  await expect(drained).rejects.toMatchObject(aborted);
  proxy.release();
  await openChat({ ...ways, storage }).chat.drain();
  expect(await stored()).toEqual(["one", "two"]);
});

test("a rename that waits for the making of its session is aborted by the close of the chat [CALL-2]", async () => {
  const { proxy, ways } = await startDesk();
  proxy.hold();
  const { chat } = openChat(ways);
  const renamed = chat.session(chat.sessions().create()).rename("Other");
  await proxy.nextHeld();
  await chat.close();
  await expect(renamed).rejects.toMatchObject(aborted);
});

test.each(["its answer", "its next try"])(
  "a change that waits for %s is aborted by the close of the chat [CALL-2]",
  async (awaited) => {
    const { proxy, direct, ways } = await startDesk();
    const { key } = await direct.message.add.mutate({ session_id: "s", content: "one", sender: "user" });
    if (awaited === "its answer") proxy.hold();
    else proxy.always = "html";
    const { chat } = openChat({ ...ways, pauses: { baseMs: 60_000, capMs: 60_000, random: () => 1 } });
    const store = chat.session("s");
    await until(store, ({ status }) => status === "live");
    const changes = [store.edit(key, "two"), store.remove(key), store.rename("Other")];
    await expect.poll(() => proxy.bodies).toHaveLength(3);
    await chat.close();
    for (const change of changes) await expect(change).rejects.toMatchObject(aborted);
  },
);

test("a send, a drain and a change after the close are aborted at once [CALL-2]", async () => {
  const { proxy, ways } = await startDesk();
  const { chat } = openChat(ways);
  const store = chat.session("s");
  await chat.close();
  await expect(store.send("late")).rejects.toMatchObject(aborted);
  await expect(chat.drain()).rejects.toMatchObject(aborted);
  await expect(store.edit("key", "late")).rejects.toMatchObject(aborted);
  await expect(store.rename("late")).rejects.toMatchObject(aborted);
  expect(proxy.bodies).toEqual([]);
});

test("the close of a chat ends the subscriptions and calls of its procedures, and closes their WebSocket [CALL-2]", async () => {
  const { url } = await startApp();
  const gateway = await startGateway(url);
  const { sessionId: session_id } = await makeSession(url);
  const { promise: socket, resolve: onSocket } = Promise.withResolvers<WebSocket>();
  class Watched extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args);
      onSocket(this);
    }
  }
  const chat = createChat({ url: gateway.url, WebSocket: Watched });
  const ended = new Promise<void>((onComplete) => {
    const started = { onData: () => undefined, onComplete };
    chat.rpc.session.onEvent.subscribe({ session_id }, started);
  });
  const closed = new Promise((onClosed) => void socket.then((it) => it.addEventListener("close", onClosed)));
  await new Promise<void>(
    (opened) => void socket.then((it) => it.addEventListener("message", () => opened())),
  );
  await chat.close();
  await Promise.all([ended, closed]);
  await expect(chat.rpc.health.query()).rejects.toMatchObject({ cause: aborted });
});
