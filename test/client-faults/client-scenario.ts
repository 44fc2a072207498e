import type { ServerFaults } from "../faults/run-faults.ts";
import { Random } from "../support/random.ts";

/**
 * How a client keeps its state and opens its chats. `memory` and `file`: one chat at a time. `led tabs`: two chats over
 * one storage, with a leader by Web Lock. `loose tabs`: two chats over one storage without Web Locks, as on pages over
 * plain HTTP.
 */
export type ClientKind = "memory" | "file" | "led tabs" | "loose tabs";

/** The events of a run that a seed determines. Their order depends on the machine. */
export type ClientScenario = ServerFaults & {
  seed: number;
  clients: readonly ClientKind[];
  /** The number of acts of each client. */
  acts: number;
  /** The longest pause between two acts, in milliseconds. */
  pauseMs: number;
  /** The number of messages in the session at the beginning. */
  earlier: number;
  /** How often a client's process is killed, and how often it closes its chats and ends. */
  crashes: number;
  departures: number;
  /**
   * How often a client's gateway answers with its own page, and how often a client's network accepts bytes and passes
   * none on.
   */
  gatewayPages: number;
  silences: number;
  /** The delay of each chunk on about half of the clients' connections, in milliseconds. */
  latencyMs: number;
  /** The number of calls that other programs make over REST. */
  others: number;
  /** The number of these calls after a restore, before a client reaches the server. */
  headStart: number;
  /** The share of each kind of act, if it is not the usual one. */
  shares?: Partial<Record<ActName, number>>;
  /** The longest duration of the end after all faults, in milliseconds. */
  patienceMs: number;
};

export const actNames = [
  "send",
  "send three",
  "send too much",
  "edit",
  "edit too much",
  "remove",
  "cancel",
  "retry",
  "rename",
  "load earlier",
  "create",
  "remove session",
  "reload",
] as const;

export type ActName = (typeof actNames)[number];

/** The server's setting: content of more characters is refused. */
export const maxMessageChars = 400;

/** The session that all clients use. */
export const sharedSession = "shared";

/** The scenario of a seed: a mixture of all kinds of events. */
export function clientScenarioOf(seed: number): ClientScenario {
  const random = new Random(seed * 7907);
  const kinds: readonly ClientKind[] = ["file", "file", "memory", "led tabs", "loose tabs"];
  const clients = Array.from({ length: 1 + random.below(2) }, () => random.pick(kinds));
  const acts = 40 + random.below(40);
  return {
    seed,
    clients,
    acts,
    // A client that acts without a pause is seldom live meanwhile.
    pauseMs: random.pick([30, 60, 150]),
    operations: acts * clients.length,
    earlier: random.pick([0, 20, 70, 120]),
    linkFaults: 3 + random.below(10),
    cuts: random.below(4),
    kills: random.below(3),
    terminations: random.below(2),
    freezes: random.below(2),
    standstills: 0,
    restores: random.fraction() < 0.25 ? 1 : 0,
    crashes: random.below(3),
    departures: random.below(2),
    gatewayPages: random.below(3),
    silences: random.below(2),
    others: 20 + random.below(40),
    headStart: random.pick([0, 0, 100]),
    latencyMs: random.pick([0, 0, 0, 40]),
    patienceMs: 40_000,
  };
}

/** A scenario without faults but the planted one. */
export const calmClients: Omit<ClientScenario, "seed"> = {
  clients: ["file"],
  acts: 50,
  pauseMs: 25,
  operations: 50,
  earlier: 20,
  linkFaults: 0,
  cuts: 0,
  kills: 0,
  terminations: 0,
  freezes: 0,
  standstills: 0,
  restores: 0,
  crashes: 0,
  departures: 0,
  gatewayPages: 0,
  silences: 0,
  others: 20,
  headStart: 0,
  latencyMs: 0,
  patienceMs: 4000,
};
