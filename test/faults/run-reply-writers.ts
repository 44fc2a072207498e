import { setTimeout as wait } from "node:timers/promises";
import type { Random } from "../support/random.ts";
import type { Progress } from "./progress.ts";
import type { ReplyDoor } from "./reply-doors.ts";
import { httpReplyDoors, openReplyDoors } from "./reply-doors.ts";
import type { ReplyAnswer, ReplyCall, ReplyHistory, ReplyRequest } from "./reply-history.ts";
import { plannedText } from "./reply-history.ts";
import { addPiece, writeReply } from "./write-reply.ts";
import type { Writing } from "./run-writers.ts";
import type { Scenario } from "./scenario.ts";
import { sessionOfReplies, sessionsOf } from "./scenario.ts";
import type { ServerUnderFire } from "./server-under-fire.ts";
import type { WriteDoor } from "./write-doors.ts";
import { httpWriteDoors } from "./write-doors.ts";

/** The pause of a writer whose session has too many open replies, in milliseconds. */
const fullPauseMs = 100;

/** How many of the writers whose append had no answer never come back. */
const leaving = 0.5;

/** A stop is for one of so many replies that were opened last, so that some of these are still open. */
const recentReplies = 4;

/** The shared knowledge of all writers of replies of a run. */
export class ReplyWriting {
  readonly replies: ReplyHistory[] = [];
  readonly #server: ServerUnderFire;
  readonly #writing: Writing;

  constructor(server: ServerUnderFire, writing: Writing) {
    this.#server = server;
    this.#writing = writing;
  }

  begin(session: string, writer: string): ReplyHistory {
    const key = `reply ${this.replies.length + 1} of ${session}`;
    const reply: ReplyHistory = { session, key, writer, pieces: [], calls: [] };
    this.replies.push(reply);
    return reply;
  }

  /**
   * Makes the call, and repeats it through any of the doors until its outcome is known. A stream is not repeated, and some
   * writers end with the connection on which they append.
   */
  async ask(
    doors: readonly ReplyDoor[],
    random: Random,
    reply: ReplyHistory,
    request: ReplyRequest,
  ): Promise<ReplyAnswer> {
    const wanted = this.#writing.tick;
    for (;;) {
      await this.#server.up;
      const door = random.pick(doors.filter((each) => each.takes(request)));
      const call: ReplyCall = {
        door: door.name,
        request,
        wanted,
        begun: this.#writing.nextTick(),
        ended: Number.POSITIVE_INFINITY,
        begunMs: performance.now(),
        endedMs: Number.POSITIVE_INFINITY,
        answer: { outcome: "unknown" },
      };
      reply.calls.push(call);
      call.answer = await this.#writing.answered(door.ask(reply, request));
      const { outcome } = call.answer;
      if (outcome === "done" || outcome === "refused") {
        call.ended = this.#writing.nextTick();
        call.endedMs = performance.now();
      }
      const isLeft = request.type === "append" && random.fraction() < leaving;
      if (outcome !== "unknown" || request.type === "stream" || isLeft) return call.answer;
    }
  }

  /** The replies whose opening was answered. */
  get opened(): ReplyHistory[] {
    return this.replies.filter(({ calls }) => calls.some(({ answer }) => answer.outcome === "done"));
  }

  /** Deletes the message of a reply, as any other message. */
  async remove(doors: WriteDoor[], random: Random, { session, calls }: ReplyHistory): Promise<void> {
    const opened = calls.find(({ request, answer }) => request.type === "open" && answer.outcome === "done");
    const { message } = (opened?.answer ?? {}) as { message?: { id?: number } };
    if (message?.id === undefined) return;
    await this.#writing.perform(doors, random, session, { type: "delete", id: message.id });
  }

  /** The last of all writes: a reply of two pieces, which its writer finishes. */
  async writeLast(doors: readonly ReplyDoor[], random: Random, session: string): Promise<void> {
    const reply = this.begin(session, "the last writer");
    await this.ask(doors, random, reply, { type: "open" });
    for (let count = 0; count < 2; count += 1) {
      const offset = plannedText(reply).length;
      await this.ask(doors, random, reply, { type: "append", offset, text: addPiece(reply, random) });
    }
    await this.ask(doors, random, reply, { type: "finish" });
  }
}

/** One writer of replies, on its own connections, as long as there are operations. */
export async function runReplyWriter(
  writing: ReplyWriting,
  {
    name,
    server,
    scenario,
    random,
    progress,
  }: { name: string; server: ServerUnderFire; scenario: Scenario; random: Random; progress: Progress },
): Promise<void> {
  const own = openReplyDoors(server.proxy);
  const { secondUrl } = server;
  const doors = [...own, ...(secondUrl === undefined ? [] : httpReplyDoors({ url: secondUrl }))];
  const removing = httpWriteDoors(server.proxy);
  const sessions = scenario.repliesApart ? [sessionOfReplies] : sessionsOf(scenario);
  while (!progress.isOver) {
    const reply = writing.begin(random.pick(sessions), name);
    const opened = await ask(reply, { type: "open" });
    if (opened.outcome === "done") await writeReply(reply, { random, progress, ask, meddle });
    else await wait(fullPauseMs);
  }
  for (const door of own) door.close();

  /** Now and then it stops or deletes the reply of another writer, or a reply that was left. */
  async function meddle(written: ReplyHistory): Promise<void> {
    const choice = random.fraction();
    if (choice > 0.05) return;
    const others = writing.opened.filter((each) => each !== written).slice(-recentReplies);
    if (others.length === 0) return;
    const other = random.pick(others);
    if (choice < 0.01) await writing.remove(removing, random, other);
    else await ask(other, { type: "stop" });
  }

  async function ask(reply: ReplyHistory, request: ReplyRequest): Promise<ReplyAnswer> {
    const answer = await writing.ask(doors, random, reply, request);
    if (answer.outcome === "overdue") progress.stop();
    return answer;
  }
}
