import { join } from "node:path";
import { expect, test } from "vitest";
import { openReply, ReplyWriter } from "../support/replies.ts";
import { createSession, readSession } from "../support/rest.ts";
import { startServer } from "../support/start-server.ts";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const lease = { REPLY_LEASE_SECONDS: "1" };

test("a reply whose writer is gone ends as interrupted, with the text that was acknowledged [REPLY-9]", async () => {
  const { url } = await startServer(lease);
  await createSession(url, { id: "s" });
  const gone = await openReply(url, "gone");
  await gone.append("Half a sent");
  const held = await openReply(url, "held");
  const status = async (): Promise<unknown> =>
    (await readSession(url, "s")).messages.map(({ status: now }) => now);
  // An append of nothing is a sign of life.
  await expect
    .poll(async () => {
      await held.append("");
      return status();
    })
    .toEqual(["interrupted", "streaming"]);
  expect((await readSession(url, "s")).messages[0]?.content).toBe("Half a sent");
  const late = await gone.ask("append", { offset: 11, text: "ence" });
  expect(await late.json()).toMatchObject({ code: "CONFLICT", length: 11, status: "interrupted" });
});

test("a lease that one server renews holds at every server of the file [REPLY-9]", async () => {
  const database = { DATABASE_URL: `file:${join(makeTemporaryFolder(), "ai_desk.db")}` };
  const first = await startServer({ ...lease, ...database });
  const second = await startServer({ ...lease, ...database });
  await createSession(first.url, { id: "s" });
  // The last one's lease ends after those of the others would.
  for (const key of ["held", "opened again", "gone"]) await openReply(first.url, key);
  const held = new ReplyWriter(second.url, "held");
  const opened = new ReplyWriter(second.url, "opened again");
  await expect
    .poll(async () => {
      await held.append("");
      await opened.open();
      return (await readSession(first.url, "s")).messages.map(({ status }) => status);
    })
    .toEqual(["streaming", "streaming", "interrupted"]);
});

test("a server that was killed knows each word that it acknowledged, and a writer that comes back goes on [REPLY-9] [DURABLE-2]", async () => {
  const database = { DATABASE_URL: `file:${join(makeTemporaryFolder(), "ai_desk.db")}` };
  const first = await startServer({ ...database, REPLY_LEASE_SECONDS: "2" });
  await createSession(first.url, { id: "s" });
  const back = await openReply(first.url, "back");
  const gone = await openReply(first.url, "gone");
  const writing = (async () => {
    for (let word = 0; ; word += 1) {
      await back.append(`${word} `);
      await gone.append(`${word} `);
    }
  })().catch(String);
  await expect.poll(() => gone.text.length).toBeGreaterThan(50);
  await first.stop("SIGKILL");
  await writing;

  const second = await startServer({ ...database, REPLY_LEASE_SECONDS: "2" });
  const writer = new ReplyWriter(second.url, "back");
  const found = (await (await writer.open()).json()) as { content: string };
  // The append that was not answered may be stored too.
  expect(found.content.startsWith(back.text)).toBe(true);
  writer.text = found.content;
  await writer.append("and on");
  await expect
    .poll(
      async () => {
        await writer.append("");
        return (await readSession(second.url, "s")).messages[1]?.status;
      },
      { timeout: 10_000 },
    )
    .toBe("interrupted");
  const { messages } = await readSession(second.url, "s");
  expect(messages[1]?.content.startsWith(gone.text)).toBe(true);
  expect(await writer.finish()).toMatchObject({ content: `${found.content}and on` });
});
