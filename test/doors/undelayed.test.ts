import { expect, test } from "vitest";
import { openDoors } from "../support/doors.ts";
import { send } from "../support/rest.ts";
import { follow, startWithSession } from "./followed-session.ts";
import { connections, large, messageDoors, untilShown } from "./message-doors.ts";

const slowCount = 2;

/**
 * If a message is not delivered, the slow readers read on after so many answers to another client: the test then fails by the order of
 * things and not by its time. About ten are answered while all messages are delivered.
 */
const patience = 200;

test.each(connections)(
  "while readers over $name hang, each message is answered at its door and shown at every door before one of them takes a byte more [SLOW-3]",
  async (door) => {
    const app = await startWithSession({ maxMessageChars: large.length });
    const slow = Array.from({ length: slowCount }, () => follow(door, app));
    await expect.poll(() => app.app.counts().followers).toBe(slowCount);
    await send(app.url, "s", "the first");
    await Promise.all(slow.map((reader) => untilShown(reader, "the first")));
    for (const reader of slow) reader.pause();
    await send(app.url, "s", large);
    // They begin without the large message.
    const steady = messageDoors.map((each) => follow(each, app, undefined, { limit: 0 }));
    await expect.poll(() => app.app.counts().followers).toBe(slowCount + steady.length);
    const writers = await openDoors(app);

    const order: string[] = [];
    const allSteps = 2 * writers.length;
    const delivering = async (): Promise<void> => {
      for (const writer of writers) {
        const { name } = writer;
        const shown = steady.map((reader) => untilShown(reader, name));
        await Promise.all([
          writer
            .send("s", { content: name, sender: "user" })
            .then(() => order.push(`${name} has its answer`)),
          Promise.all(shown).then(() => order.push(`the message by ${name} is shown`)),
        ]);
      }
    };
    const readingOn = async (): Promise<void> => {
      for (let answers = 0; answers < patience && order.length < allSteps; answers += 1) await fetch(app.url);
      order.push("the slow readers read on");
      for (const reader of slow) reader.resume();
    };
    await Promise.all([delivering(), readingOn()]);
    expect(order.at(-1), order.join(", ")).toBe("the slow readers read on");
    expect(order).toHaveLength(allSteps + 1);
    await Promise.all(slow.map((reader) => untilShown(reader, writers.at(-1)?.name ?? "")));
  },
);
