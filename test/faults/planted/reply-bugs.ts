import { setTimeout as wait } from "node:timers/promises";
import type { Commit } from "../../../db/store.ts";
import type { PlantedBug } from "./planted-bug.ts";
import { comingAndGoing } from "./planted-bug.ts";
import { changeWith } from "./store-bugs.ts";
import { withVerbs } from "./with-verbs.ts";

/** Most of the load is that of the writers of replies. */
const writing = { writers: 1, replyWriters: 3, operations: 200 };

/** Subscribers join a reply between the appends that are told together: nothing else is written to the session. */
const joining = { ...comingAndGoing, ...writing, replyWriters: 1, repliesApart: true };

/** Longer than the interval in which deltas are gathered: each is told within this time. */
const gatheringMs = 50;

const appendToReply = "server/domain/replies/append-to-reply.ts";

/** Bugs of replies. */
export const replyBugs: PlantedBug[] = [
  {
    bug: "the offset of an append is not looked at",
    edits: [{ file: appendToReply, from: "if (offset > reply.chars) {", to: "if (offset < 0) {" }],
    caughtAs: "OFFSET",
    when: writing,
  },
  {
    bug: "an append that is repeated is appended again",
    edits: [
      { file: appendToReply, from: "const standing = reply.chars - offset;", to: "const standing = 0;" },
    ],
    caughtAs: "DOUBLED",
    when: writing,
  },
  {
    bug: "a delta is told before its commit",
    wraps: {
      store(store) {
        const listeners: ((commit: Commit) => void)[] = [];
        return withVerbs(store, {
          change: changeWith(store, (session, id) =>
            withVerbs(session, {
              async appendToReply(messageId, piece) {
                const seq = await session.appendToReply(messageId, piece);
                const change = { type: "piece", seq, message_id: messageId, piece } as const;
                for (const tell of listeners) tell({ session_id: id, seq, changes: [change] });
                await wait(gatheringMs);
                return seq;
              },
            }),
          ),
          onCommit(listener) {
            listeners.push(listener);
            store.onCommit(listener);
          },
        });
      },
    },
    caughtAs: "RETRACTED",
    when: { ...writing, operations: 24, kills: 4, patienceMs: 15_000 },
  },
  {
    bug: "the end of a reply loses its last piece",
    wraps: {
      store(store) {
        const lastStarts = new Map<number, number>();
        return withVerbs(store, {
          change: changeWith(store, (session) =>
            withVerbs(session, {
              appendToReply(id, piece) {
                lastStarts.set(id, piece.start);
                return session.appendToReply(id, piece);
              },
              endReply: (id, end) =>
                session.endReply(id, { ...end, content: end.content.slice(0, lastStarts.get(id)) }),
            }),
          ),
        });
      },
    },
    caughtAs: "LOST",
    when: writing,
  },
  {
    bug: "a stop is answered, and ends nothing",
    wraps: {
      store: (store) =>
        withVerbs(store, {
          change: changeWith(store, (session) =>
            withVerbs(session, {
              async endReply(id, end) {
                const row = await session.findMessage({ id });
                return row && end.status === "stopped"
                  ? { ...row, status: "stopped" }
                  : session.endReply(id, end);
              },
            }),
          ),
        }),
    },
    caughtAs: "REOPENED",
    when: writing,
  },
  {
    bug: "a lease never ends",
    wraps: {
      store: (store) =>
        withVerbs(store, { replies: withVerbs(store.replies, { listOpen: () => Promise.resolve([]) }) }),
    },
    caughtAs: "LEASE",
    when: writing,
  },
  {
    bug: "a start gives the replies that are open no lease",
    wraps: {
      store(store) {
        const opened = new Set<number>();
        return withVerbs(store, {
          change: changeWith(store, (session) =>
            withVerbs(session, {
              async addMessage(message) {
                const row = await session.addMessage(message);
                if (row?.status === "streaming") opened.add(row.id);
                return row;
              },
            }),
          ),
          replies: withVerbs(store.replies, {
            async listOpen() {
              return (await store.replies.listOpen()).filter(({ message_id: id }) => opened.has(id));
            },
          }),
        });
      },
    },
    caughtAs: "LEASE",
    when: { ...writing, kills: 3 },
  },
  {
    bug: "who comes back in the middle of a reply lacks a character",
    wraps: {
      store: (store) =>
        withVerbs(store, {
          messages: withVerbs(store.messages, {
            async listChanged(query) {
              const read = await store.messages.listChanged(query);
              const rows = read?.rows.map(({ since, ...row }) => ({
                ...row,
                since: since && { ...since, offset: since.offset + 1 },
              }));
              return read && rows && { ...read, rows };
            },
          }),
        }),
    },
    caughtAs: "OFFSET",
    when: joining,
  },
  {
    bug: "who joins a reply gets text that it has",
    edits: [
      {
        file: "server/live/subscriber.ts",
        from: "if (events.some(({ since }) => since !== undefined && since < this.#upTo)) return this.fallBehind();",
        to: "",
      },
    ],
    caughtAs: "OFFSET",
    when: joining,
  },
];
