import type { ClientScenario } from "./client-scenario.ts";
import { actNames } from "./client-scenario.ts";
import type { PlantedClientBug } from "./planted-client-bug.ts";

const chat = "client-sdk/src/chat";
const applyEvent = `${chat}/apply-event.ts`;
const followedLog = `${chat}/followed-log.ts`;
const messageChanges = `${chat}/message-changes.ts`;
const socket = `${chat}/connection/socket.ts`;

/** No acts of any kind. */
const none = Object.fromEntries(actNames.map((name) => [name, 0]));

/** Answers come later than events, while others change the client's messages. */
const lateAnswers: Partial<ClientScenario> = {
  latencyMs: 150,
  others: 300,
  acts: 80,
  operations: 80,
  pauseMs: 120,
  shares: { ...none, send: 30, "send three": 8, edit: 14 },
};

/** A copy of the file is put back while the client is live before and after. */
const restored: Partial<ClientScenario> = {
  restores: 1,
  acts: 200,
  operations: 200,
  pauseMs: 80,
  others: 40,
  patienceMs: 10_000,
  shares: { reload: 0 },
};

/** Bugs in showing, keeping and changing that a test of a single thing would not detect. */
export const plantedStateBugs: PlantedClientBug[] = [
  {
    bug: "the last received version of a message wins, whatever its seq",
    edits: [
      {
        file: applyEvent,
        from: "return held && held.seq >= message.seq ? held : message;",
        to: "return held && held.seq === message.seq ? held : message;",
      },
    ],
    caughtAs: "STALE",
    when: lateAnswers,
  },
  {
    bug: "a page brings back messages that were deleted while it was loading",
    edits: [
      {
        file: `${chat}/put-page.ts`,
        from: "if (held.has(item.id) || (since.has(item.id) && !told)) return [];",
        to: "if (held.has(item.id)) return [];",
      },
    ],
    caughtAs: "STATE",
    when: {
      earlier: 150,
      latencyMs: 400,
      others: 400,
      acts: 60,
      operations: 60,
      pauseMs: 150,
      shares: { ...none, send: 5, "load earlier": 60, reload: 8 },
    },
  },
  {
    bug: "the kept position is later than the kept state",
    edits: [
      {
        file: followedLog,
        from: "kept.save(name, () => ({ position: this.#position, state: this.state }));",
        to: "const { state } = this; kept.save(name, () => ({ position: this.#position, state }));",
      },
    ],
    caughtAs: "STATE",
    when: { others: 60, shares: { reload: 25 } },
    isQuick: true,
  },
  {
    bug: "a reset keeps the earlier messages",
    edits: [
      {
        file: applyEvent,
        from: 'const goesOn = type === "snapshot" && state.epoch === epoch;',
        to: 'const goesOn = type === "snapshot" || state.epoch !== epoch;',
      },
    ],
    caughtAs: "STATE",
    when: restored,
  },
  {
    bug: "a position is resumed in another epoch",
    edits: [
      {
        file: followedLog,
        from: "position: () => this.#position,",
        to: 'position: () => this.#position?.split(":")[1],',
      },
    ],
    caughtAs: "STATE",
    when: { ...restored, others: 200, headStart: 400 },
  },
  {
    bug: "a refused edit stays",
    edits: [
      {
        file: messageChanges,
        from: "if (this.#edits.get(key) === edit) this.#edits.delete(key);",
        to: "",
      },
    ],
    caughtAs: "STATE",
    when: { shares: { "edit too much": 25, remove: 0, reload: 0 } },
    isQuick: true,
  },
  {
    bug: "a refused edit is rolled back without an error",
    edits: [
      {
        file: messageChanges,
        from: "this.#errors.set(key, error);",
        to: "",
      },
    ],
    caughtAs: "SILENT",
    when: { shares: { "edit too much": 25, remove: 0, reload: 0 } },
  },
  {
    bug: "one event in twenty is dropped",
    edits: [
      {
        file: followedLog,
        from: "for (const { position, event } of events) {",
        to: `for (const { position, event } of events) {
      const counts = globalThis as { taken?: number };
      if ((counts.taken = (counts.taken ?? 0) + 1) % 20 === 0) continue;`,
      },
    ],
    caughtAs: "STATE",
    when: { others: 80 },
  },
  {
    bug: "a message that is deleted before its send is answered comes back",
    edits: [{ file: `${chat}/session-view.ts`, from: "this.#deleted.add(event.key);", to: "" }],
    caughtAs: "UNDONE",
    when: { ...lateAnswers, others: 400, shares: { ...none, send: 30, "send three": 8 } },
  },
  {
    bug: "a socket without traffic is kept",
    edits: [{ file: socket, from: "wait(dieOfSilence, patience.timeoutMs);", to: "" }],
    caughtAs: "STUCK",
  },
];
