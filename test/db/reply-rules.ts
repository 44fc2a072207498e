import { describe, expect, onTestFinished, test } from "vitest";
import type { Commit, NewPiece, SessionLogRow, Store } from "../../db/store.ts";
import type { StoreUnderTest } from "./store-rules.ts";

const id = "s";
const message = {
  content: "",
  sender: "assistant",
  timestamp: "2025-11-30T12:00:00.000Z",
  key: null,
  key_digest: null,
};

/** A reply that is written piece by piece. */
class Reply {
  readonly #store: Store;
  readonly messageId: number;
  text = "";
  readonly #chunks: string[] = [];

  constructor(store: Store, messageId: number) {
    this.#store = store;
    this.messageId = messageId;
  }

  async append(text: string, chunks: string[] = []): Promise<number> {
    const piece: NewPiece = { start: this.text.length, text, chunk_start: this.#chunks.length, chunks };
    const seq = await this.#store.change(id, (session) => session.appendToReply(this.messageId, piece));
    this.text += text;
    this.#chunks.push(...chunks);
    return seq;
  }

  end() {
    const end = { status: null, content: this.text, extra: null, end_digest: null };
    return this.#store.change(id, (session) => session.endReply(this.messageId, end));
  }
}

async function openReply(store: Store): Promise<Reply> {
  const row = await store.change(id, (session) =>
    session.addMessage({ ...message, status: "streaming", writer: "w" }),
  );
  if (!row) throw new Error("There is no such session.");
  return new Reply(store, row.id);
}

async function logOf(store: Store): Promise<SessionLogRow> {
  const log = await store.sessions.findLog(id);
  if (!log) throw new Error("There is no such session.");
  return log;
}

async function changesAfter(store: Store, after: number, options: { upTo?: number; limit?: number } = {}) {
  const life = await logOf(store);
  const read = await store.messages.listChanged({ life, after, upTo: life.seq, limit: 100, ...options });
  if (!read) throw new Error("The session has ended.");
  return read;
}

/** The rules of replies that every store keeps. */
export function describeReplies(name: string, openUnderTest: () => Promise<StoreUnderTest>): void {
  async function openStore(): Promise<Store> {
    const opened = await openUnderTest();
    onTestFinished(() => opened.close());
    const head = { title: "Talk", created_at: "2025-11-30T12:00:00.000Z" };
    await opened.store().change(id, (session) => session.create(head));
    return opened.store();
  }

  describe.each([name])("%s", () => {
    test("a piece takes the session's next position and none of the list, and is told with its commit [REPLY-2]", async () => {
      const store = await openStore();
      const reply = await openReply(store);
      const { seq } = await logOf(store);
      const list = await store.list.readHead();
      const commits: Commit[] = [];
      store.onCommit((commit) => commits.push(commit));
      expect(await reply.append("Hello", ["1"])).toBe(seq + 1);
      expect(await store.list.readHead()).toEqual(list);
      const piece = { start: 0, text: "Hello", chunk_start: 0, chunks: ["1"] };
      expect(commits).toEqual([
        {
          session_id: id,
          seq: seq + 1,
          list_seq: undefined,
          changes: [{ type: "piece", seq: seq + 1, message_id: reply.messageId, piece }],
        },
      ]);
    });

    test("an open reply has its text and its chunks so far wherever it is read [REPLY-3]", async () => {
      const store = await openStore();
      const reply = await openReply(store);
      await reply.append("Hello", ['{"a":1}']);
      const seq = await reply.append(" there 👋", ["2", "3"]);
      const expected = { id: reply.messageId, content: "Hello there 👋", chunks: '{"a":1},2,3', seq };
      const life = await logOf(store);
      expect(await store.messages.list({ life, limit: 10, from: "oldest" })).toMatchObject([expected]);
      expect(await store.messages.find(id, { id: reply.messageId })).toMatchObject(expected);
      const snapshot = await store.sessions.readSnapshot(id, { messages: 10, contentBytes: 1000 });
      expect(snapshot?.messages).toMatchObject([expected]);
      const stand = await store.change(id, (session) => session.findReply({ id: reply.messageId }));
      expect(stand).toMatchObject({ writer: "w", chars: 14, chunk_count: 3, seq });
      const open = { message_id: reply.messageId, session_id: id };
      expect(await store.replies.listOpen()).toEqual([{ ...open, renewals: 2 }]);
    });

    test("each append to a reply is counted as a renewal of its lease, and one without a change too [REPLY-9]", async () => {
      const store = await openStore();
      const reply = await openReply(store);
      const before = await logOf(store);
      await store.change(id, (session) => session.renewReply(reply.messageId));
      expect(await logOf(store)).toEqual(before);
      await reply.append("Hello");
      const stand = await store.change(id, (session) => session.findReply({ id: reply.messageId }));
      expect(stand).toMatchObject({ renewals: 2 });
    });

    test("the log tells a reader in the middle of a reply where what it lacks begins [REPLY-3]", async () => {
      const store = await openStore();
      const { seq: before } = await logOf(store);
      const reply = await openReply(store);
      const seqs = [await reply.append("one "), await reply.append("two "), await reply.append("three")];
      const [whole] = (await changesAfter(store, before)).rows;
      expect(whole).toMatchObject({ content: "one two three", seq: seqs[2], since: null });
      const [rest] = (await changesAfter(store, seqs[0] ?? 0)).rows;
      expect(rest).toMatchObject({ content: "two three", since: { offset: 4, chunk_offset: 0 } });
      await reply.end();
      const [ended] = (await changesAfter(store, seqs[0] ?? 0)).rows;
      expect(ended).toMatchObject({ status: null, since: null });
    });

    test("a page of the log that ends in the middle of a reply has the reply as it was there [REPLY-3]", async () => {
      const store = await openStore();
      const { seq: before } = await logOf(store);
      const reply = await openReply(store);
      const early = await reply.append("one ");
      const other = await store.change(id, (session) => session.addMessage({ ...message, content: "other" }));
      await reply.append("two");
      const page = await changesAfter(store, before, { upTo: other?.seq ?? 0 });
      expect(page.upTo).toBe(other?.seq);
      expect(page.rows).toMatchObject([
        { content: "one ", seq: early, since: null },
        { content: "other", seq: other?.seq },
      ]);
      expect((await changesAfter(store, page.upTo)).rows).toMatchObject([
        { content: "two", since: { offset: 4 } },
      ]);
    });

    test("a reply of many pieces is told from each position on, and as it was at each position [REPLY-3]", async () => {
      const store = await openStore();
      const { seq: before } = await logOf(store);
      const reply = await openReply(store);
      const stands: { seq: number; text: string; chunks: number }[] = [];
      for (let piece = 0; piece < 300; piece += 1) {
        const chunks = piece % 3 === 0 ? [String(piece)] : [];
        const seq = await reply.append(`${piece} `, chunks);
        stands.push({ seq, text: reply.text, chunks: (stands.at(-1)?.chunks ?? 0) + chunks.length });
      }
      const all = Array.from({ length: 100 }, (_, index) => String(index * 3));
      for (const { seq, text, chunks } of stands) {
        const [rest] = (await changesAfter(store, seq)).rows;
        const since = { offset: text.length, chunk_offset: chunks };
        if (seq < (stands.at(-1)?.seq ?? 0))
          expect(rest).toMatchObject({
            content: reply.text.slice(text.length),
            chunks: all.slice(chunks).join() || null,
            since,
          });
        const [then] = (await changesAfter(store, before, { upTo: seq })).rows;
        expect(then).toMatchObject({ content: text, chunks: all.slice(0, chunks).join(), seq });
      }
      const { rows } = await store.list.readSnapshot({ limit: 1, excerptChars: 200 });
      expect(rows[0]?.last_message?.excerpt).toBe(reply.text.slice(0, 200));
    });

    test("the log tells the pieces of replies at their places between other changes [REPLY-3] [RESUME-3]", async () => {
      const store = await openStore();
      const { seq: before } = await logOf(store);
      const [a, b] = [await openReply(store), await openReply(store)];
      await a.append("a0", ["1"]);
      await a.append("a1", ["2"]);
      await b.append("b0");
      await store.change(id, (session) => session.addMessage({ ...message, content: "other" }));
      await b.append("b1");
      await store.change(id, (session) => session.rename("Talks"));
      await b.append("b2", ["3"]);
      const { rows } = await changesAfter(store, before);
      const [x, y] = [a.messageId, b.messageId];
      expect(
        rows.map((row) => [row.seq - before, row.id, row.content, row.chunks, row.since?.offset]),
      ).toEqual([
        [1, x, "", null, undefined],
        [2, y, "", null, undefined],
        [4, x, "a0a1", "1,2", 0],
        [5, y, "b0", null, 0],
        [6, y + 1, "other", null, undefined],
        [7, y, "b1", null, 2],
        [9, y, "b2", "3", 4],
      ]);
      // A reader at any of these positions gets the rest.
      for (const [index, { seq }] of rows.entries())
        expect((await changesAfter(store, seq)).rows).toEqual(rows.slice(index + 1));
    });

    test("a page of the log has at most as many parts of replies as its limit [REPLY-3]", async () => {
      const store = await openStore();
      const replies = [await openReply(store), await openReply(store)];
      const { seq: before } = await logOf(store);
      for (let word = 0; word < 5; word += 1) for (const reply of replies) await reply.append(`${word} `);
      const page = await changesAfter(store, before, { limit: 4 });
      expect(page).toMatchObject({ upTo: before + 4, rows: { length: 4 } });
      const rest = await changesAfter(store, page.upTo);
      const all = await changesAfter(store, before);
      expect([...page.rows, ...rest.rows]).toEqual(all.rows);
    });

    test("a reply that ends leaves no pieces, and is complete after all that was complete before [REPLY-4]", async () => {
      const store = await openStore();
      const reply = await openReply(store);
      await reply.append("Hello");
      const other = await store.change(id, (session) => session.addMessage({ ...message, content: "other" }));
      const ended = await reply.end();
      expect(ended).toMatchObject({ id: reply.messageId, content: "Hello", status: null });
      expect(ended.complete_id).toBeGreaterThan(other?.id ?? 0);
      const later = await store.change(id, (session) => session.addMessage({ ...message, content: "later" }));
      expect(later?.id).toBeGreaterThan(ended.complete_id ?? 0);
      expect(await store.replies.listOpen()).toEqual([]);
      const life = await logOf(store);
      const completed = async (after: number) =>
        (await store.messages.listCompleted({ life, after, before: 1000, limit: 10 })).rows.map(
          ({ content }) => content,
        );
      expect(await completed(0)).toEqual(["other", "Hello", "later"]);
      expect(await completed(other?.id ?? 0)).toEqual(["Hello", "later"]);
      expect(await completed(ended.complete_id ?? 0)).toEqual(["later"]);
    });

    test("pieces go with their message and with their session [REPLY-6]", async () => {
      const store = await openStore();
      const removed = await openReply(store);
      await removed.append("Hello");
      await store.change(id, (session) => session.removeMessage(removed.messageId));
      expect(await store.replies.listOpen()).toEqual([]);
      const other = await openReply(store);
      await other.append("Hello");
      await store.change(id, (session) => session.remove());
      expect(await store.replies.listOpen()).toEqual([]);
    });
  });
}
