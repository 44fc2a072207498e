import { expect, test } from "vitest";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import type { Desk } from "../../server/domain/desk.ts";
import type { Sink } from "../../server/domain/live-stream.ts";
import { followSession } from "../../server/domain/session-log.ts";
import { openDesk } from "../support/desk.ts";

type Sent = { items: readonly unknown[]; isShared: boolean };

/** What a reader without a position is sent before anything happens. */
async function attach(desk: Desk): Promise<Sent[]> {
  const sent: Sent[] = [];
  const left = new AbortController();
  const sink: Sink<unknown> = {
    isReady: true,
    inTurn: (work) => work(),
    send(items, isShared) {
      sent.push({ items, isShared });
      left.abort();
    },
  };
  await followSession(desk, { sessionId: "s", after: undefined, signal: left.signal }).into(sink);
  return sent;
}

test("readers who come while nothing changes begin with the same objects [SLOW-5]", async () => {
  const desk = await openDesk();
  await createSession(desk, { id: "s", title: "t" });
  await addMessage(desk, { session_id: "s", content: "one", sender: "user" });
  const [first] = await attach(desk);
  const [second] = await attach(desk);
  expect(first).toMatchObject({ items: [{ event: { type: "snapshot", seq: 1 } }, {}] });
  expect(second).toMatchObject({ isShared: true });
  expect(second?.items).toBe(first?.items);
  await addMessage(desk, { session_id: "s", content: "two", sender: "user" });
  const [third] = await attach(desk);
  expect(third).toMatchObject({ items: [{ event: { type: "snapshot", seq: 2 } }, {}] });
});
