import type { PlantedBug } from "./planted-bug.ts";
import { comingAndGoing } from "./planted-bug.ts";

const addMessage = "server/domain/add-message.ts";
const sessionWriter = "db/sqlite/session-writer.ts";
const sqliteChange = "db/sqlite/sqlite-change.ts";
const makeSession = "db/statements/make-session.ts";
const whyNewEpoch = "db/sqlite/why-new-epoch.ts";

/** Bugs of private rules: of a comparison, a statement, a transaction or a queue. No port shows these, so the text is edited. */
export const ruleBugs: PlantedBug[] = [
  {
    bug: "a key is answered whatever the content",
    edits: [{ file: addMessage, from: "found.key_digest !== digest(input)", to: "false" }],
    caughtAs: "KEY",
  },
  {
    bug: "a key is answered with what became of the message",
    edits: [{ file: addMessage, from: "content, extra, seq: firstSeq", to: "seq" }],
    caughtAs: "KEY",
    when: { operations: 400 },
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
    bug: "an edit keeps the position of its message",
    edits: [
      {
        file: "db/statements/message-queries.ts",
        from: ".set({ content, extra, seq, sent_seq: firstSeq })",
        to: ".set({ content })",
      },
    ],
    caughtAs: "STATE",
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
];
