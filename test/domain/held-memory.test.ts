import { setImmediate as turn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import { followSession } from "../../server/domain/session-log.ts";
import { openServices } from "../support/services.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

test.each([undefined, "0"])(
  "a reader that waits holds nothing of what it was sent, from position %j [SLOW-1]",
  async (after) => {
    const services = await openServices();
    await createSession(services, { id: "s" });
    for (const content of ["one", "two"])
      await addMessage(services, { session_id: "s", content, sender: "user" });
    const stop = new AbortController();
    const sent: WeakRef<object>[] = [];
    let last: string | undefined;
    async function follow(): Promise<void> {
      for await (const { event } of followSession(services, { sessionId: "s", after, signal: stop.signal })) {
        // The last of all, which the loop itself holds.
        if (event.type !== "caught_up") sent.push(new WeakRef(event));
        if (event.type === "snapshot") sent.push(new WeakRef(event.session));
        if (event.type === "message") sent.push(new WeakRef(event.message));
        last = event.type;
      }
    }
    const following = follow();
    await expect.poll(() => last).toBe("caught_up");
    await turn();
    // Kept for those who come next.
    services.hub.snapshots.clear();
    collectGarbage();
    expect(sent.length).toBeGreaterThan(0);
    expect(sent.filter((held) => held.deref() !== undefined)).toEqual([]);
    stop.abort();
    await following;
  },
);
