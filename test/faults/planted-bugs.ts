import type { Edit } from "../support/changed-copy.ts";
import type { Scenario } from "./scenario.ts";
import type { ViolationName } from "./violation.ts";

export type PlantedBug = {
  bug: string;
  edits: Edit[];
  /** The name that the checker has to give it. */
  caughtAs: ViolationName;
  /** The conditions under which the bug shows, beside a load. */
  when?: Partial<Scenario>;
};

const followLog = "server/live/follow-log.ts";
const liveReader = "server/live/subscriber.ts";
const sessionLog = "server/domain/session-log.ts";
const addMessage = "server/domain/add-message.ts";
const changeSession = "server/domain/change-session.ts";
const groupCommit = "db/group-commit.ts";
const makeSession = "db/statements/make-session.ts";
const whyNewEpoch = "db/sqlite/why-new-epoch.ts";

const comingAndGoing: Partial<Scenario> = { moody: true, linkFaults: 20, cuts: 2 };

/** Mistakes that a chat backend can make and that a test of one thing at a time would not see. */
export const plantedBugs: PlantedBug[] = [
  {
    bug: "an answer goes out before its commit",
    edits: [
      {
        file: groupCommit,
        from: "return settled;",
        to: "for (const settle of settled) settle(); await new Promise((sent) => setTimeout(sent, 25)); return settled;",
      },
    ],
    caughtAs: "LOST",
    // A call that counts as overdue ends the run, on a busy machine before it has shown anything.
    when: { kills: 3, operations: 150, patienceMs: 15_000 },
  },
  {
    bug: "readers are told before the commit",
    edits: [
      {
        file: changeSession,
        from: "await write(services, sessionId, unit);",
        to: `await write(services, sessionId, async (trx) => {
    const changed = await unit(trx);
    if (changed.place) services.hub.publish(sessionTopic(sessionId), changed.place.seq);
    await new Promise((told) => setTimeout(told, 1));
    return { ...changed, place: undefined };
  });`,
      },
    ],
    caughtAs: "STUCK",
  },
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
    bug: "keys are kept in memory, and forgotten on restart",
    edits: [
      {
        file: addMessage,
        from: "const found = await findMessageByKey(trx, input.session_id, input.key);",
        to: "const found = firsts.get(`${input.session_id} ${input.key}`);",
      },
      { file: addMessage, from: "key: input.key ?? null,", to: "key: null," },
      {
        file: addMessage,
        from: "const message = toMessage(row);",
        to: `const keyed = { ...row, key: input.key ?? null };
    if (input.key !== undefined) firsts.set(\`\${input.session_id} \${input.key}\`, { ...keyed, key_digest: digest(input) });
    const message = toMessage(keyed);`,
      },
      {
        file: addMessage,
        from: "/** The message of the first send",
        to: "const firsts = new Map<string, MessageRow & { key_digest: string }>();\n/** The message of the first send",
      },
    ],
    caughtAs: "DOUBLED",
    when: { kills: 5, operations: 300 },
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
    bug: "a key is answered with the position of a later edit",
    edits: [{ file: addMessage, from: "seq: firstSeq", to: "seq" }],
    caughtAs: "KEY",
    when: { operations: 400 },
  },
  {
    bug: "a snapshot is read in two statements",
    edits: [
      {
        file: sessionLog,
        from: "const { seq } = found.session;",
        to: `await new Promise((later) => setTimeout(later, 3));
      const { seq } = (await findSessionLog(read, this.#sessionId)) ?? found.session;`,
      },
    ],
    caughtAs: "STATE",
    when: { moody: true, linkFaults: 20, cuts: 2, readers: 2 },
  },
  {
    bug: "tombstones are left out",
    edits: [
      {
        file: sessionLog,
        from: "rows.map(toChange)",
        to: "rows.filter(({ deleted }) => !deleted).map(toChange)",
      },
    ],
    caughtAs: "STATE",
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
    bug: "edits are stored and not told",
    edits: [
      {
        file: "server/domain/update-message.ts",
        from: 'return { value: message, place, change: { type: "message", seq: place.seq, message } };',
        to: "return { value: message };",
      },
    ],
    caughtAs: "STUCK",
    when: { lastOperation: "edit" },
  },
  {
    bug: "an edit keeps the position of its message",
    edits: [
      {
        file: "db/message-queries.ts",
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
        file: addMessage,
        from: "return changeSession<SentMessage>(",
        to: `const taken = await services.database.write((trx) => takePlaceOfMessage(trx, input.session_id));
  if (taken) services.hub.publish(\`session:\${input.session_id}\`, taken.seq);
  await new Promise((later) => setTimeout(later, 1));
  return changeSession<SentMessage>(`,
      },
      {
        file: addMessage,
        from: "const place = await takePlaceOfMessage(trx, input.session_id);",
        to: "const place = taken;",
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
    bug: "what another server writes is not told",
    edits: [{ file: "server/create-app.ts", from: "await heedOthers(services);", to: "" }],
    caughtAs: "STUCK",
    when: { secondServer: true },
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
        file: changeSession,
        from: "services.hub.publish(listTopic, place.list_seq);",
        to: "if (sessionId === undefined) services.hub.publish(listTopic, place.list_seq);",
      },
    ],
    caughtAs: "STUCK",
  },
];
