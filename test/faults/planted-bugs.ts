import { comingAndGoing } from "./planted/planted-bug.ts";
import { storeBugs } from "./planted/store-bugs.ts";
import type { PlantedBug } from "./planted/planted-bug.ts";

const followLog = "server/live/follow-log.ts";
const liveReader = "server/live/subscriber.ts";
const addMessage = "server/domain/add-message.ts";
const sessionWriter = "db/sqlite/session-writer.ts";
const sqliteChange = "db/sqlite/sqlite-change.ts";
const makeSession = "db/statements/make-session.ts";
const whyNewEpoch = "db/sqlite/why-new-epoch.ts";

/** Mistakes that a chat backend can make and that a test of one thing at a time would not see. */
export const plantedBugs: readonly PlantedBug[] = [
  ...storeBugs,
  {
    bug: "resuming skips one",
    edits: [{ file: followLog, from: "head.readChanges(seq)", to: "head.readChanges(seq + 1)" }],
    caughtAs: "STATE",
    when: comingAndGoing,
  },
  {
    bug: "resuming repeats one",
    edits: [{ file: followLog, from: "head.readChanges(seq)", to: "head.readChanges(Math.max(0, seq - 1))" }],
    caughtAs: "ORDER",
    when: comingAndGoing,
  },
  {
    bug: "one live event in 10,000 is dropped",
    edits: [
      {
        file: liveReader,
        from: "if (events.length > 0 && !this.#listener?.take(events))",
        to: `const before = globalThis.delivered ?? 0;
    globalThis.delivered = before + events.length;
    if (Math.floor(before / 10_000) < Math.floor(globalThis.delivered / 10_000)) return;
    if (events.length > 0 && !this.#listener?.take(events))`,
      },
    ],
    caughtAs: "STATE",
    when: { operations: 800, readers: 5 },
  },
  {
    bug: "live events come twice",
    edits: [
      {
        file: liveReader,
        from: "!this.#listener?.take(events)",
        to: "!this.#listener?.take([...events, ...events])",
      },
    ],
    caughtAs: "ORDER",
  },
  {
    bug: "a page comes newest first",
    edits: [{ file: followLog, from: "...read.changes.map", to: "...read.changes.toReversed().map" }],
    caughtAs: "ORDER",
    when: comingAndGoing,
  },
  {
    bug: "a key is answered whatever the content",
    edits: [{ file: addMessage, from: "key_digest === digest(input)", to: "true" }],
    caughtAs: "KEY",
  },
  {
    bug: "a key is answered with what became of the message",
    edits: [{ file: addMessage, from: "content, seq: firstSeq", to: "seq" }],
    caughtAs: "KEY",
    when: { operations: 400 },
  },
  {
    bug: "prev is the position before, whatever came before",
    edits: [
      {
        file: followLog,
        from: "event.prev === prev ? event : { ...event, prev }",
        to: "{ ...event, prev: event.seq - 1 }",
      },
    ],
    caughtAs: "GAP",
    when: comingAndGoing,
  },
  {
    bug: "positions begin anew with a session that is made anew",
    edits: [
      { file: makeSession, from: "start_seq: end,", to: "start_seq: 0," },
      {
        file: makeSession,
        from: "seq: sql<number>`${end} + 1`,\n            title_seq: sql<number>`${end} + 1`,",
        to: "seq: 1,\n            title_seq: 1,",
      },
    ],
    caughtAs: "DIFFERS",
    when: { ...comingAndGoing, recreates: true, operations: 400 },
  },
  {
    bug: "who comes back gets a snapshot and not what was missed",
    edits: [
      {
        file: followLog,
        from: 'after === undefined ? "snapshot" : "reset"',
        to: '"snapshot"',
      },
      { file: followLog, from: "wanted?.seq : undefined;", to: "undefined : undefined;" },
    ],
    caughtAs: "RESUME",
    when: comingAndGoing,
  },
  {
    bug: "position 0 is taken for none",
    edits: [
      {
        file: followLog,
        from: "seq === undefined || epoch !== this.#epoch",
        to: "!seq || epoch !== this.#epoch",
      },
    ],
    caughtAs: "RESET",
    when: { ...comingAndGoing, operations: 300, readers: 2 },
  },
  {
    bug: "the epoch of a position is not looked at",
    edits: [{ file: followLog, from: "wanted.epoch === epoch", to: "true" }],
    caughtAs: "RESET",
    when: { ...comingAndGoing, operations: 300, readers: 2 },
  },
  {
    bug: "an edit keeps the position of its message",
    edits: [
      {
        file: "db/statements/message-queries.ts",
        from: ".set({ content, seq, sent_seq: firstSeq })",
        to: ".set({ content })",
      },
    ],
    caughtAs: "STATE",
  },
  {
    bug: "caught_up comes before what was missed",
    edits: [
      {
        file: followLog,
        from: "const page: TrackedEvent<Event>[] = [];",
        to: `const page: TrackedEvent<Event>[] = [];
    if (seq !== undefined) this.#addCaughtUp(page);`,
      },
    ],
    caughtAs: "CAUGHT_UP",
    when: comingAndGoing,
  },
  {
    bug: "the position is taken in one transaction, the message stored in another",
    edits: [
      {
        file: sessionWriter,
        from: "import { passStrays }",
        to: 'import { takeSeqOfMessage } from "../statements/session-queries.ts";\nimport { passStrays }',
      },
      {
        file: sessionWriter,
        from: "const { value, change } = await this.#write(sessionId, unit);",
        to: `const taken = await this.#database.write((trx) => takeSeqOfMessage(trx, sessionId));
    if (taken) this.tell(sessionId, taken, undefined);
    await new Promise((later) => setTimeout(later, 1));
    const { value, change } = await this.#write(sessionId, unit, taken);`,
      },
      {
        file: sessionWriter,
        from: "unit: (session: SessionChange) => Promise<Value>,\n  ): Promise<{ value: Value; change: SqliteChange }> {",
        to: "unit: (session: SessionChange) => Promise<Value>,\n    taken,\n  ): Promise<{ value: Value; change: SqliteChange }> {",
      },
      {
        file: sessionWriter,
        from: "new SqliteChange(trx, sessionId);",
        to: "Object.assign(new SqliteChange(trx, sessionId), { taken });",
      },
      {
        file: sqliteChange,
        from: "this.#take(await takeSeqOfMessage(this.#trx, this.#id))",
        to: "this.#take(this.taken)",
      },
    ],
    caughtAs: "STUCK",
  },
  {
    bug: "what a reader has no room for is dropped",
    edits: [
      {
        file: followLog,
        from: "if (!this.#sink.isWritable) return false;",
        to: "if (!this.#sink.isWritable) return true;",
      },
    ],
    caughtAs: "STATE",
    when: { moody: true, heavy: true },
  },
  {
    bug: "what waits past the budget of a connection is dropped",
    edits: [
      {
        file: "server/socket/send-queue.ts",
        from: "this.#queue.splice(0, some.length);",
        to: "for (const gone of this.#queue.splice(some.length)) this.#queuedBytes -= gone.wire.length; this.#queue.splice(0, some.length);",
      },
    ],
    caughtAs: "GAP",
    when: { moody: true, heavy: true },
  },
  {
    bug: "a copy that was put back keeps its epoch",
    edits: [
      {
        file: whyNewEpoch,
        from: 'if (mark && !mark.runs.includes(inside.run)) return "replaced";',
        to: "",
      },
      {
        file: whyNewEpoch,
        from: 'if (mark && inside.listSeq < mark.listSeq) return lacksLog && !mark.isClosed ? "log lost" : "behind";',
        to: "",
      },
    ],
    caughtAs: "EPOCH",
    when: { restores: 1 },
  },
  {
    bug: "a killed server's file gets a new epoch",
    edits: [{ file: whyNewEpoch, from: "!inside.isClosed && !hasLog", to: "!inside.isClosed" }],
    caughtAs: "EPOCH",
    when: { kills: 3 },
  },
  {
    bug: "the list is not told of new messages",
    edits: [
      {
        file: "server/domain/publish-commits.ts",
        from: "hub.publish(listTopic, listSeq);",
        to: "if (sessionId === undefined) hub.publish(listTopic, listSeq);",
      },
    ],
    caughtAs: "STUCK",
  },
];
