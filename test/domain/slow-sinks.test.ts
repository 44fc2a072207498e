import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Executor } from "../../db/statements/executor.ts";
import { createSqliteStore } from "../../db/sqlite/sqlite-store.ts";
import { addMessage } from "../../server/domain/add-message.ts";
import { createSession } from "../../server/domain/create-session.ts";
import { followSession } from "../../server/domain/session-log.ts";
import type { Sink } from "../../server/live/feed.ts";
import { openServices } from "../support/services.ts";

/** A sink that takes items until a test makes it hang. */
class StoppableSink implements Sink<unknown> {
  isWritable = true;
  readonly takesSignals = true;
  taken = 0;

  whenWritable<Value>(work: () => Promise<Value>): Promise<Value> {
    return this.isWritable ? work() : new Promise(() => undefined);
  }

  send(items: readonly unknown[]): void {
    this.taken += items.length;
  }

  sendShared(items: readonly unknown[]): void {
    this.send(items);
  }
}

/** So many turns a message never takes, unless it waits for a reader that hangs. */
const maxTurns = 1000;

/** The reads and turns of each of three messages until it has reached a steady reader, while so many others hang. */
async function workWith(hangingCount: number): Promise<{ reads: number; turns: number }[]> {
  const opened = await openServices();
  const { database, store } = opened;
  let reads = 0;
  const read: Executor = {
    builder: database.read.builder,
    run(statement, values) {
      reads += 1;
      return database.read.run(statement, values);
    },
  };
  const { sessions, messages, list } = createSqliteStore({ ...database, read });
  const services = { ...opened, store: { ...store, sessions, messages, list } };
  await createSession(services, { id: "s" });
  const stop = new AbortController();
  const follow = { sessionId: "s", after: undefined, signal: stop.signal };
  // The hanging ones come first, so that each delivery comes to them before it comes to the steady one.
  const hanging = Array.from({ length: hangingCount }, () => new StoppableSink());
  const steady = new StoppableSink();
  for (const sink of [...hanging, steady]) {
    void followSession(services, follow).pipeTo(sink);
    while (sink.taken === 0) await nextTurn();
  }
  for (const sink of hanging) sink.isWritable = false;
  const work: { reads: number; turns: number }[] = [];
  for (const content of ["one", "two", "three"]) {
    const before = { reads, taken: steady.taken };
    await addMessage(services, { session_id: "s", content, sender: "user" });
    let turns = 0;
    while (steady.taken === before.taken && turns < maxTurns) {
      await nextTurn();
      turns += 1;
    }
    work.push({ reads: reads - before.reads, turns });
  }
  stop.abort();
  return work;
}

test("a message takes no more reads of the database and no more turns until it is delivered, however many readers hang [SLOW-3]", async () => {
  const alone = await workWith(0);
  for (const hangingCount of [1, 10, 100]) {
    expect(await workWith(hangingCount), `${hangingCount} readers`).toEqual(alone);
  }
});
