import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Commit, MessageRow, SessionChange, SessionLogRow, Store } from "../../db/store.ts";
import { StoreUnavailable } from "../../db/store.ts";

/** A store on a database of its own, and what may happen to that. */
export type StoreUnderTest = {
  store(): Store;
  /** Takes the database out of reach. @returns the function that puts it back */
  takeAway(): Promise<() => Promise<void>>;
  /** Keeps a copy of the database as it is. @returns the function that puts the copy in its place, and opens it */
  keepCopy(): Promise<() => Promise<void>>;
  close(): Promise<void>;
};

const id = "s";
const head = { title: "Talk", created_at: "2025-11-30T12:00:00.000Z" };
const writers = 16;

const messageOf = (content: string, key: string | null = null) => ({
  content,
  sender: "user",
  timestamp: "2025-11-30T12:00:00.000Z",
  key,
  key_digest: key,
});

async function add(store: Store, content: string, session = id): Promise<MessageRow> {
  const row = await store.change(session, (change) => change.addMessage(messageOf(content)));
  if (!row) throw new Error("There is no such session.");
  return row;
}

async function logOf(store: Store, session = id): Promise<SessionLogRow> {
  const log = await store.sessions.findLog(session);
  if (!log) throw new Error("There is no such session.");
  return log;
}

async function allMessages(store: Store): Promise<MessageRow[]> {
  const life = await logOf(store);
  return store.messages.list({ life, limit: 10_000, from: "oldest" });
}

const together = <Value>(count: number, work: (index: number) => Promise<Value>): Promise<Value[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

const rising = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, index) => first + index);

/** The rules that every store keeps. */
export function describeStore(name: string, openUnderTest: () => Promise<StoreUnderTest>): void {
  async function open(): Promise<StoreUnderTest> {
    const opened = await openUnderTest();
    onTestFinished(() => opened.close());
    await opened.store().change(id, (session) => session.create(head));
    return opened;
  }

  async function openStore(): Promise<Store> {
    return (await open()).store();
  }

  describe.each([name])("%s", () => {
    test("writers at the same time take positions without a gap and without a repeat [ORDER-1]", async () => {
      const store = await openStore();
      const { seq } = await logOf(store);
      const rows = await together(writers * 20, (index) => add(store, `message ${index}`));
      const seqs = rows.map((row) => row.seq).toSorted((a, b) => a - b);
      expect(seqs).toEqual(rising(seq + 1, writers * 20));
      expect((await logOf(store)).seq).toBe(seq + writers * 20);
    });

    test("a message that can be read has an id above those of all messages that could be read before it [RESUME-6]", async () => {
      const store = await openStore();
      const writing = together(writers * 20, (index) => add(store, `message ${index}`));
      const seen = new Set<number>();
      for (let look = 0; look < 100; look += 1) {
        const highest = Math.max(0, ...seen);
        const ids = (await allMessages(store)).map((row) => row.id);
        expect(ids.filter((each) => !seen.has(each) && each < highest)).toEqual([]);
        for (const each of ids) seen.add(each);
        await nextTurn();
      }
      const rows = await writing;
      const bySeq = rows.toSorted((a, b) => a.seq - b.seq).map((row) => row.id);
      expect(bySeq).toEqual(bySeq.toSorted((a, b) => a - b));
    });

    test("changes of many sessions take positions of the list without a repeat", async () => {
      const store = await openStore();
      const commits: Commit[] = [];
      store.onCommit((commit) => commits.push(commit));
      await together(writers, (index) => store.change(`session ${index}`, (session) => session.create(head)));
      await together(writers, (index) => add(store, "one", `session ${index}`));
      const positions = commits.map(({ list_seq }) => Number(list_seq));
      expect(new Set(positions).size).toBe(2 * writers);
      const { seq } = await store.list.readHead();
      expect(Math.max(...positions)).toBe(seq);
      const changed = await store.list.listChanged({ after: 0, upTo: seq, limit: 100, excerptChars: 10 });
      expect(changed.map(({ list_seq }) => list_seq)).toEqual(
        changed.map(({ list_seq }) => list_seq).toSorted((a, b) => a - b),
      );
      expect(changed).toHaveLength(writers + 1);
    });

    test("a unit sees what it changes: no edit is lost", async () => {
      const store = await openStore();
      const { id: messageId } = await add(store, "0");
      await together(40, () =>
        store.change(id, async (session) => {
          const found = await session.findMessage({ id: messageId });
          await session.editMessage(messageId, {
            content: String(Number(found?.content) + 1),
            extra: null,
          });
        }),
      );
      expect((await allMessages(store)).map(({ content }) => content)).toEqual(["40"]);
    });

    test("a key that is looked for and then stored 40 times at once is one message", async () => {
      const store = await openStore();
      const stored = await together(40, () =>
        store.change(id, async (session) => {
          const sent = await session.findSend("key");
          return sent ?? session.addMessage(messageOf("once", "key"));
        }),
      );
      expect(new Set(stored.map((row) => row?.id)).size).toBe(1);
      expect(await allMessages(store)).toHaveLength(1);
    });

    test("a snapshot is of one moment, whatever is written meanwhile [ATTACH-1]", async () => {
      const store = await openStore();
      const writing = together(200, (index) => add(store, `message ${index}`));
      const snapshots = await together(50, () =>
        store.sessions.readSnapshot(id, { messages: 20, contentBytes: 100_000 }),
      );
      for (const snapshot of snapshots) {
        expect(snapshot?.messages.at(-1)?.seq ?? snapshot?.session.seq).toBe(snapshot?.session.seq);
      }
      await writing;
    });

    test("what a change was told to be is read by everyone who hears of its commit [DURABLE-1]", async () => {
      const store = await openStore();
      const read: Promise<unknown>[] = [];
      const told: MessageRow[] = [];
      const heard: number[] = [];
      store.onCommit(({ session_id, seq, changes = [] }) => {
        heard.push(seq);
        for (const change of changes) {
          if (change.type !== "message") continue;
          told.push(change.message);
          read.push(store.messages.find(session_id, { id: change.message.id }));
        }
      });
      const rows = await together(30, (index) => add(store, `message ${index}`));
      expect(told).toHaveLength(30);
      expect(await Promise.all(read)).toMatchObject(told);
      expect(heard).toEqual(rows.map(({ seq }) => seq).toSorted((a, b) => a - b));
    });

    test("a commit is told before its caller has the answer, and once", async () => {
      const store = await openStore();
      const order: string[] = [];
      store.onCommit(({ seq }) => order.push(`commit ${seq}`));
      const { seq } = await add(store, "one");
      order.push("answer");
      expect(order).toEqual([`commit ${seq}`, "answer"]);
    });

    test("a unit that changes nothing takes no position, and is told to nobody", async () => {
      const store = await openStore();
      const { seq } = await logOf(store);
      const commits: Commit[] = [];
      store.onCommit((commit) => commits.push(commit));
      expect(await store.change(id, (session) => session.find())).toMatchObject({ title: "Talk" });
      expect((await logOf(store)).seq).toBe(seq);
      expect(commits).toEqual([]);
    });

    test("a unit that throws is undone alone, with its position [DURABLE-5]", async () => {
      const store = await openStore();
      const { seq } = await logOf(store);
      const outcomes = await Promise.allSettled(
        rising(0, 20).map((index) =>
          store.change(id, async (session) => {
            await session.addMessage(messageOf(`message ${index}`));
            if (index % 4 === 0) throw new Error("refused");
          }),
        ),
      );
      expect(outcomes.filter(({ status }) => status === "rejected")).toHaveLength(5);
      const messages = await allMessages(store);
      expect(messages.map((row) => row.seq)).toEqual(rising(seq + 1, 15));
      expect(messages.some(({ content }) => content === "message 4")).toBe(false);
    });

    test("a deleted message is a tombstone at a position of its own [ORDER-1]", async () => {
      const store = await openStore();
      const [one, two] = [await add(store, "one"), await add(store, "two")];
      await store.change(id, (session) => session.removeMessage(one.id));
      const life = await logOf(store);
      const changed = await store.messages.listChanged({ life, after: 0, upTo: life.seq, limit: 10 });
      expect(changed?.rows).toMatchObject([
        { id: two.id, deleted: 0 },
        { id: one.id, deleted: 1, content: "", seq: two.seq + 1 },
      ]);
      expect((await allMessages(store)).map((row) => row.id)).toEqual([two.id]);
    });

    test("a session that is made anew goes on counting, and its past life is over [ORDER-2]", async () => {
      const store = await openStore();
      await together(150, (index) => add(store, `old ${index}`));
      const past = await logOf(store);
      expect(await store.change(id, (session) => session.remove())).toBe(true);
      expect(await store.sessions.find(id)).toBeUndefined();
      expect((await logOf(store)).deleted).toBe(1);
      expect(await store.change(id, (session) => session.create(head))).toBe(true);
      expect(await store.change(id, (session) => session.create(head))).toBe(false);
      const anew = await logOf(store);
      expect(anew.seq).toBeGreaterThan(past.seq);
      expect(anew.start_seq).toBeGreaterThanOrEqual(past.seq);
      expect(await store.sessions.isAlive(past)).toBe(false);
      expect(await store.messages.list({ life: past, limit: 10, from: "oldest" })).toEqual([]);
      expect(
        await store.messages.listChanged({ life: past, after: 0, upTo: past.seq, limit: 10 }),
      ).toBeUndefined();
      expect(await allMessages(store)).toEqual([]);
      const { seq } = await add(store, "new");
      expect(seq).toBe(anew.seq + 1);
    });

    test("a session that is not there has no messages, no edits and no deletion", async () => {
      const store = await openStore();
      const verbs: ((session: SessionChange) => Promise<unknown>)[] = [
        (session) => session.find(),
        (session) => session.addMessage(messageOf("one")),
        (session) => session.findSend("key"),
      ];
      for (const verb of verbs) expect(await store.change("nobody", verb)).toBeUndefined();
      expect(await store.change("nobody", (session) => session.remove())).toBe(false);
    });

    test("a page of large messages is cut by their bytes, and goes on", async () => {
      const store = await openStore();
      for (let index = 0; index < 6; index += 1) await add(store, "x".repeat(90_000));
      const life = await logOf(store);
      const seen: number[] = [];
      for (let isLast = false; !isLast;) {
        const chunk = await store.messages.listChunk({
          life,
          after: seen.at(-1),
          limit: 500,
          from: "oldest",
        });
        expect(chunk.rows.length).toBeLessThan(6);
        seen.push(...chunk.rows.map((row) => row.id));
        ({ isLast } = chunk);
      }
      expect(seen).toHaveLength(6);
      const changed = await store.messages.listChanged({ life, after: 0, upTo: life.seq, limit: 100 });
      expect(changed?.rows.length).toBeLessThan(6);
      expect(changed?.upTo).toBe(changed?.rows.at(-1)?.seq);
    });

    test("a bookmark is found as it was saved last, in a new process too", async () => {
      const opened = await open();
      const { bookmarks } = opened.store();
      expect(await bookmarks.find("reader")).toBeUndefined();
      await bookmarks.save({ name: "reader", position: "abc:1" });
      await bookmarks.save({ name: "other", position: "abc:9" });
      await bookmarks.save({ name: "reader", position: "abc:2" });
      expect(await bookmarks.find("reader")).toBe("abc:2");
      const putBack = await opened.keepCopy();
      await putBack();
      expect(await opened.store().bookmarks.find("reader")).toBe("abc:2");
      expect(await opened.store().bookmarks.find("other")).toBe("abc:9");
    });

    test("a database out of reach is unavailable by name, and serves again when it is back [DURABLE-4]", async () => {
      const opened = await open();
      const store = opened.store();
      const putBack = await opened.takeAway();
      await expect
        .poll(() => add(store, "lost").catch((error: unknown) => error))
        .toBeInstanceOf(StoreUnavailable);
      await putBack();
      await expect.poll(() => add(store, "kept").then(({ content }) => content, String)).toBe("kept");
    });

    test("a copy that is put back is another history [FILE-2]", async () => {
      const opened = await open();
      const { epoch } = await logOf(opened.store());
      const putBack = await opened.keepCopy();
      expect((await logOf(opened.store())).epoch).toBe(epoch);
      await add(opened.store(), "after the copy");
      await putBack();
      expect((await logOf(opened.store())).epoch).not.toBe(epoch);
      expect(await allMessages(opened.store())).toEqual([]);
    });
  });
}
