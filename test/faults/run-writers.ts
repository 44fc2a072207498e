import { setTimeout as wait } from "node:timers/promises";
import type { Random } from "../support/random.ts";
import type { Call, Operation } from "./history.ts";
import { contentOf } from "./history.ts";
import { junkAfterRequests } from "./odd-write-doors.ts";
import type { Progress } from "./progress.ts";
import type { Scenario } from "./scenario.ts";
import { recreatedSession } from "./scenario.ts";
import type { ServerUnderFire } from "./server-under-fire.ts";
import type { WriteDoor } from "./write-doors.ts";
import { httpWriteDoors, openWriteDoors } from "./write-doors.ts";

/** A character that takes six bytes on the wire and one in memory. */
const costly = "\u0001";

type NoAnswer = { outcome: "unknown" } | { outcome: "overdue" };

type Sent = {
  session: string;
  id: number;
  token: string;
  edits: number;
  key: string | undefined;
  content: string;
};

/** The shared knowledge of all writers of a run: the calls, and the stored messages. */
export class Writing {
  readonly calls: Call[] = [];
  begunAnewAt = 0;
  readonly #sent: Sent[] = [];
  readonly #published = new Map<string, number>();
  readonly #server: ServerUnderFire;
  readonly #patienceMs: number;
  #tick = 0;
  #tokens = 0;

  /** `patienceMs`: the time for which a call may wait for an answer while its connection lasts, in milliseconds. */
  constructor(server: ServerUnderFire, patienceMs: number) {
    this.#server = server;
    this.#patienceMs = patienceMs;
  }

  /** Makes the call. A send with a key is repeated, through any of the doors, until its outcome is known. */
  async perform(doors: WriteDoor[], random: Random, session: string, operation: Operation): Promise<Call> {
    const wanted = this.tick;
    for (;;) {
      await this.#server.up;
      const door = random.pick(doors.filter((each) => each.takes(operation)));
      const call: Call = {
        door: door.name,
        session,
        operation,
        wanted,
        begun: this.nextTick(),
        ended: Number.POSITIVE_INFINITY,
        answer: { outcome: "unknown" },
      };
      this.calls.push(call);
      call.answer = await this.answered(door.perform(session, operation));
      if (call.answer.outcome === "overdue") return call;
      if (call.answer.outcome !== "unknown") {
        call.ended = this.nextTick();
        this.#remember(call);
        return call;
      }
      if (operation.type !== "send" || operation.key === undefined) return call;
    }
  }

  /** Forgets the stored messages, since they may no longer be stored. */
  beginAnew(): void {
    this.begunAnewAt = this.nextTick();
    this.#sent.length = 0;
  }

  /** The least number of bytes that the subscribers of this session were sent. */
  publishedBytes(session: string): number {
    return this.#published.get(session) ?? 0;
  }

  /** The last tick. */
  get tick(): number {
    return this.#tick;
  }

  nextTick(): number {
    return (this.#tick += 1);
  }

  /** The answer, or `overdue` if there is none in time. */
  async answered<Given>(answering: Promise<Given>): Promise<Given | NoAnswer> {
    const answered = new AbortController();
    const overdue = wait(this.#patienceMs, { outcome: "overdue" } as const, { signal: answered.signal });
    try {
      return await Promise.race([answering, overdue.catch((): NoAnswer => ({ outcome: "unknown" }))]);
    } finally {
      answered.abort();
    }
  }

  #remember({ session, operation, answer, begun }: Call): void {
    // The previous server may have answered it.
    if (begun < this.begunAnewAt) return;
    if (answer.outcome !== "done" || operation.type !== "send" || operation.reusesKey) return;
    const { content, key } = operation;
    const id = answer.message?.id;
    if (id === undefined || this.#sent.some((each) => each.id === id)) return;
    const bytes = JSON.stringify(content).length;
    this.#published.set(session, this.publishedBytes(session) + bytes);
    this.#sent.push({ session, id, token: content.slice(0, content.indexOf("~")), edits: 0, key, content });
  }

  send(
    random: Random,
    { session, large, heavy, withKey }: { session: string; large: boolean; heavy: boolean; withKey: boolean },
  ): Operation {
    this.#tokens += 1;
    const token = `${session}.${this.#tokens}`;
    const padding = heavy
      ? costly.repeat(30_000 + random.below(30_000))
      : "x".repeat(random.below(large && random.fraction() < 0.2 ? 80_000 : 300));
    return {
      type: "send",
      content: contentOf(token, 0, padding),
      ...(withKey && { key: `key of ${token}` }),
    };
  }

  /** A change of a message of this session, if there is one. */
  change(random: Random, session: string, type: "edit" | "delete"): Operation | undefined {
    const message = this.#pick(random, (each) => each.session === session);
    if (!message) return undefined;
    if (type === "delete") return { type, id: message.id };
    message.edits += 1;
    return { type, id: message.id, content: contentOf(message.token, message.edits) };
  }

  rename(): Operation {
    this.#tokens += 1;
    return { type: "rename", title: `title ${this.#tokens}` };
  }

  /** A repeat of a send that was answered before; or another send with its key. */
  repeat(random: Random, session: string, reusesKey: boolean): Operation | undefined {
    const message = this.#pick(random, (each) => each.session === session && each.key !== undefined);
    if (message?.key === undefined) return undefined;
    if (!reusesKey) return { type: "send", content: message.content, key: message.key };
    this.#tokens += 1;
    return {
      type: "send",
      content: contentOf(`${session}.${this.#tokens}`, 0),
      key: message.key,
      reusesKey: true,
    };
  }

  #pick(random: Random, isMeant: (sent: Sent) => boolean): Sent | undefined {
    const meant = this.#sent.filter(isMeant);
    return meant.length === 0 ? undefined : random.pick(meant);
  }
}

/** One writer, on its own connections, as long as there are operations. */
export async function runWriter(
  writing: Writing,
  {
    server,
    scenario,
    random,
    progress,
    tool,
  }: {
    server: ServerUnderFire;
    scenario: Scenario;
    random: Random;
    progress: Progress;
    /** The caller closes it. */
    tool: WriteDoor | undefined;
  },
): Promise<void> {
  const own = openWriteDoors(server.proxy);
  const { secondUrl } = server;
  const doors = [
    ...own,
    ...(secondUrl === undefined ? [] : httpWriteDoors({ url: secondUrl })),
    ...(tool ? [tool] : []),
    ...(scenario.junk ? [junkAfterRequests(server.proxy, random)] : []),
  ];
  const sessions = [...scenario.sessions, ...(scenario.recreates ? [recreatedSession] : [])];
  while (progress.begin()) {
    const session = random.pick(sessions);
    for (const operation of choose(session)) {
      const { answer } = await writing.perform(doors, random, session, operation);
      if (answer.outcome === "overdue") progress.stop();
    }
    progress.end();
  }
  for (const door of own) door.close();

  function choose(session: string): Operation[] {
    const { large, heavy } = scenario;
    const choice = random.fraction();
    const withKey = choice < 0.5;
    const send = writing.send(random, { session, large, heavy, withKey });
    if (choice < 0.62) return [send];
    if (choice < 0.75) return [writing.change(random, session, "edit") ?? send];
    if (choice < 0.83) return [writing.change(random, session, "delete") ?? send];
    if (choice < 0.88) return [writing.rename()];
    if (choice < 0.94) return [writing.repeat(random, session, false) ?? send];
    if (choice < 0.97) return [writing.repeat(random, session, true) ?? send];
    if (session !== recreatedSession) return [send];
    return [{ type: "delete session" }, { type: "create", title: "anew" }];
  }
}
