import { setTimeout as wait } from "node:timers/promises";
import type { Commit, SendRow, SessionChange, Store } from "../../../db/store.ts";
import type { PlantedBug } from "./planted-bug.ts";
import { comingAndGoing } from "./planted-bug.ts";
import { withVerbs } from "./with-verbs.ts";

/** The `change` of a store, which hands its units another change. */
export function changeWith(
  store: Store,
  toOther: (session: SessionChange, id: string) => SessionChange,
): Store["change"] {
  return (id, unit) => store.change(id, (session) => unit(toOther(session, id)));
}

/** A change of a session, by its position. */
function nameOf({ session_id: id, seq }: Pick<Commit, "session_id" | "seq">): string {
  return `${id} ${seq}`;
}

export const storeBugs: PlantedBug[] = [
  {
    bug: "an answer goes out before its commit",
    wraps: {
      store: (store) =>
        withVerbs(store, {
          change: <Value>(id: string, unit: (session: SessionChange) => Promise<Value>) =>
            new Promise<Value>((answer, refuse) => {
              const stored = store.change(id, async (session) => {
                const value = unit(session);
                answer(value);
                await value;
                await wait(25);
              });
              stored.catch(refuse);
            }),
        }),
    },
    caughtAs: "LOST",
    // A call that counts as overdue ends the run, on a busy machine before it has shown anything.
    when: { kills: 3, operations: 150, patienceMs: 15_000 },
  },
  {
    bug: "readers are told before the commit",
    wraps: {
      store(store) {
        const listeners: ((commit: Commit) => void)[] = [];
        const told = new Set<string>();
        return withVerbs(store, {
          change: changeWith(store, (session) =>
            withVerbs(session, {
              async addMessage(message) {
                const row = await session.addMessage(message);
                if (!row) return row;
                const { session_id, seq } = row;
                // Another unit of the same commit may take that position before this one.
                const list_seq = (await store.list.readHead()).seq + 1;
                for (const tell of listeners) tell({ session_id, seq, list_seq });
                told.add(nameOf(row));
                await wait(1);
                return row;
              },
            }),
          ),
          onCommit(listener) {
            listeners.push(listener);
            store.onCommit((commit) => {
              if (!told.has(nameOf(commit))) listener(commit);
            });
          },
        });
      },
    },
    caughtAs: "STUCK",
    when: { lastOperation: "send" },
  },
  {
    bug: "keys are kept in memory, and forgotten on restart",
    wraps: {
      store(store) {
        const firsts = new Map<string, SendRow>();
        return withVerbs(store, {
          change: changeWith(store, (session, id) =>
            withVerbs(session, {
              findSend: (key) => Promise.resolve(firsts.get(`${id} ${key}`)),
              async addMessage({ key, key_digest, ...message }) {
                const stored = await session.addMessage({ ...message, key: null, key_digest: null });
                const row = stored && { ...stored, key };
                if (row && key !== null)
                  firsts.set(`${id} ${key}`, { ...row, sent_seq: row.seq, key_digest });
                return row;
              },
            }),
          ),
        });
      },
    },
    caughtAs: "DOUBLED",
    when: { kills: 5, operations: 300 },
  },
  {
    bug: "a key is answered with the position of a later edit",
    wraps: {
      store: (store) =>
        withVerbs(store, {
          change: changeWith(store, (session) =>
            withVerbs(session, {
              async findSend(key) {
                const row = await session.findSend(key);
                return row && { ...row, sent_seq: row.seq };
              },
            }),
          ),
        }),
    },
    caughtAs: "KEY",
    when: { operations: 400 },
  },
  {
    bug: "a snapshot is read in two statements",
    wraps: {
      store: (store) =>
        withVerbs(store, {
          sessions: withVerbs(store.sessions, {
            async readSnapshot(id, extent) {
              const found = await store.sessions.readSnapshot(id, extent);
              await wait(3);
              const session = await store.sessions.findLog(id);
              return found && session && { ...found, session };
            },
          }),
        }),
    },
    caughtAs: "STATE",
    when: { ...comingAndGoing, readers: 2 },
  },
  {
    bug: "tombstones are left out",
    wraps: {
      store: (store) =>
        withVerbs(store, {
          messages: withVerbs(store.messages, {
            async listChanged(query) {
              const read = await store.messages.listChanged(query);
              return read && { ...read, rows: read.rows.filter(({ deleted }) => !deleted) };
            },
          }),
        }),
    },
    caughtAs: "STATE",
  },
  {
    bug: "edits are stored and not told",
    wraps: {
      store(store) {
        const edits = new Set<string>();
        return withVerbs(store, {
          change: changeWith(store, (session) =>
            withVerbs(session, {
              async editMessage(id, content) {
                const row = await session.editMessage(id, content);
                if (row) edits.add(nameOf(row));
                return row;
              },
            }),
          ),
          onCommit: (listener) =>
            store.onCommit((commit) => {
              if (!edits.has(nameOf(commit))) listener(commit);
            }),
        });
      },
    },
    caughtAs: "STUCK",
    when: { lastOperation: "edit" },
  },
  {
    bug: "what another server writes is not told",
    wraps: { store: (store) => withVerbs(store, { onOthersCommit: () => undefined }) },
    caughtAs: "STUCK",
    when: { secondServer: true },
  },
];
