import type { ClientScenario } from "./client-scenario.ts";
import type { PlantedClientBug } from "./planted-client-bug.ts";

const chat = "client-sdk/src/chat";
const deliver = `${chat}/outbox/deliver.ts`;
const lanes = `${chat}/outbox/lanes.ts`;
const records = `${chat}/outbox/stored-records.ts`;

/** Only sends, over a line that is cut. */
const sending: Partial<ClientScenario> = {
  latencyMs: 120,
  linkFaults: 15,
  cuts: 3,
  shares: { edit: 0, remove: 0, cancel: 0, reload: 0, "remove session": 0, rename: 0 },
};

/** Bugs in sending that a test of a single thing would not detect. */
export const plantedOutboxBugs: PlantedClientBug[] = [
  {
    bug: "each try of a send has a key of its own",
    edits: [
      {
        file: deliver,
        from: "{ session_id, ...message }, { signal }",
        to: "{ session_id, ...message, key: message.key + Math.random() }, { signal }",
      },
    ],
    caughtAs: "KEY",
    when: sending,
    isQuick: true,
  },
  {
    bug: "the outbox sends in parallel",
    edits: [
      {
        file: lanes,
        from: "await pauses.repeat(() => this.#try(name), this.#ending.signal);",
        to: `const all = this.#options.entries.all().filter((each) => each.item.session_id === sessionId && this.#maySend(each));
        void name;
        // Reads of the outbox are shared: without pauses the calls would go out together, in their order.
        const pause = () => new Promise((later) => setTimeout(later, Math.random() * 100));
        await Promise.all(all.map((each) => pause().then(() => pauses.repeat(() => this.#try(each.name), this.#ending.signal))));`,
      },
      {
        file: lanes,
        from: "const isNext = entry !== undefined && this.#next(entry.item.session_id)?.name === name;",
        to: "const isNext = entry !== undefined && this.#maySend(entry);",
      },
    ],
    caughtAs: "ORDER",
    when: sending,
  },
  {
    bug: "a refused send blocks later sends",
    edits: [
      {
        file: lanes,
        from: "return entries.find((entry) => entry.item.session_id === sessionId && this.#maySend(entry));",
        to: `const first = entries.find((entry) => entry.item.session_id === sessionId);
    return first && this.#maySend(first) ? first : undefined;`,
      },
    ],
    caughtAs: "STUCK",
    when: { shares: { "send too much": 20, cancel: 0, remove: 0, edit: 0 } },
    isQuick: true,
  },
  {
    bug: "a cancelled send with an unknown outcome is forgotten",
    edits: [
      { file: deliver, from: "if (!isSent && tries.length === 0) return;", to: "if (!isSent) return;" },
    ],
    caughtAs: "CANCELLED",
    when: { linkFaults: 25, cuts: 6, shares: { cancel: 40 } },
  },
  {
    bug: "a cancelled send is repeated and then not deleted",
    edits: [
      {
        file: deliver,
        from: "? rpc.message.delete.mutate({ session_id, key: item.message.key }, { signal })",
        to: "? Promise.resolve()",
      },
    ],
    caughtAs: "CANCELLED",
    when: { linkFaults: 25, cuts: 6, shares: { cancel: 40 } },
  },
  {
    bug: "a chat closes before the storage has its sends",
    edits: [
      { file: records, from: "await Promise.all(this.#writes);", to: "" },
      {
        file: records,
        from: "const isKept = await this.#storage",
        to: "await new Promise((later) => setTimeout(later, 100)); const isKept = await this.#storage",
      },
    ],
    caughtAs: "LOST",
    when: { departures: 4 },
  },
  {
    bug: "the loss of the line makes a send fail",
    edits: [
      {
        file: lanes,
        from: "if (signal.aborted || mayPass(error)) throw error;",
        to: "if (signal.aborted) throw error;",
      },
    ],
    caughtAs: "REFUSED",
    when: sending,
  },
  {
    bug: "an answer is not shown before its event comes",
    edits: [
      {
        file: lanes,
        from: "if (isShown) onSent(message, epoch);",
        to: "if (isShown) setTimeout(() => onSent(message, epoch), 40);",
      },
    ],
    caughtAs: "FLICKER",
    when: { others: 0 },
  },
];
