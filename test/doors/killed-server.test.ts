import { join } from "node:path";
import { expect, test } from "vitest";
import { createSession, readSession, send } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const senders = 32;

test.each([50, 200, 500])(
  "a server killed after %i answers to 32 concurrent senders has stored each of them, once [DURABLE-2]",
  async (count) => {
    const environment = { DATABASE_URL: `file:${join(makeTemporaryFolder(), "ai_desk.db")}` };
    const first = await startServer(environment);
    await createSession(first.url, { id: "s" });
    const acknowledged: string[] = [];
    let killed: Promise<unknown> | undefined;

    await Promise.all(
      Array.from({ length: senders }, async (_, sender) => {
        for (let turn = 0; !killed; turn += 1) {
          const content = `${sender}: ${turn}`;
          try {
            await send(first.url, "s", content);
          } catch (error) {
            if (killed) return;
            throw error;
          }
          acknowledged.push(content);
          if (acknowledged.length === count) killed = first.stop("SIGKILL");
        }
      }),
    );
    await killed;

    const second = await startServer(environment);
    const stored = (await readSession(second.url, "s")).messages.map(({ content }) => content);
    expect(acknowledged.length).toBeGreaterThanOrEqual(count);
    expect(acknowledged.filter((content) => !stored.includes(content))).toEqual([]);
    expect(new Set(stored).size).toBe(stored.length);
    // The rest was on its way and got no answer: no more than one a sender.
    expect(stored.length - acknowledged.length).toBeLessThanOrEqual(senders);
  },
);
