import { setTimeout as wait } from "node:timers/promises";
import { builtInAssistant } from "../access/caller.ts";
import type { AppError } from "../contract/app-error.ts";
import type { ListPlace } from "../domain/list-place.ts";
import type { Perform } from "../domain/perform.ts";
import { toAppError } from "../domain/to-app-error.ts";
import type { ModelChoice } from "./create-model.ts";
import { createModel } from "./create-model.ts";
import type { AssistantLog, Desk } from "./desk.ts";
import { ListReader } from "./list-reader.ts";
import type { PendingSession } from "./pending-sessions.ts";
import { PendingSessions } from "./pending-sessions.ts";
import type { TurnEnd } from "./turn.ts";
import { Turn } from "./turn.ts";

export type AssistantSettings = {
  model: ModelChoice;
  /** How the model is to answer. */
  instructions?: string | undefined;
};

export type AssistantOptions = AssistantSettings & {
  perform: Perform;
  /** The assistant's place in the list of sessions. */
  place: ListPlace;
  /** How long a reply stays open without a sign of its writer, in milliseconds. */
  leaseMs: number;
  log: AssistantLog;
  /** Told of each failure of the domain. */
  report: (error: AppError) => void;
};

/** The most sessions that are answered at a time. The others wait. */
const mostTurns = 64;

/** The first pause after a failure that may pass, in milliseconds. It doubles up to the longest one. */
const firstPauseMs = 1000;
const longestPauseMs = 30_000;

const mayPass: ReadonlySet<string> = new Set(["SERVICE_UNAVAILABLE", "TOO_MANY_REQUESTS"]);

/**
 * The assistant that is a part of the server: it answers each message of a user. It follows the list of sessions, and
 * takes a turn in each session that has a new message.
 */
export class Assistant {
  readonly #options: AssistantOptions;
  readonly #stop = new AbortController();
  readonly #pending = new PendingSessions();
  readonly #turns = new Set<Promise<void>>();
  readonly #list: ListReader;

  constructor(options: AssistantOptions) {
    this.#options = options;
    const pending = this.#pending;
    this.#list = new ListReader({
      calling: this.#calling,
      place: options.place,
      signal: this.#stop.signal,
      report: (error) => options.report(toAppError(error)),
      onSession: ({ id, activity_seq: since }, isMissed) =>
        pending.note(id, { since, mayHaveLeftOvers: isMissed }),
      onDeleted: (id) => pending.forget(id),
      onNewHistory: () => pending.clear(),
      completeUpTo: (seq) => pending.completeUpTo(seq),
    });
  }

  /** Resolves once each message that is sent from now on will be answered. */
  async start(): Promise<void> {
    const { model: choice, instructions, leaseMs, log } = this.#options;
    const model = await createModel(choice);
    const { signal } = this.#stop;
    const desk = { calling: this.#calling, model, instructions, leaseMs, signal, log };
    this.#pending.onQueued = () => this.#beginTurns(desk);
    await this.#list.start();
    log.info({ model: model.name }, "The assistant answers the messages of users.");
  }

  /** Ends the replies that it writes as interrupted: the next start of the server answers their messages. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#turns);
    await this.#list.close();
  }

  get #calling() {
    return { caller: builtInAssistant, perform: this.#options.perform };
  }

  #beginTurns(desk: Desk): void {
    while (this.#turns.size < mostTurns && !desk.signal.aborted) {
      const session = this.#pending.takeNext();
      if (!session) return;
      const turn = this.#takeTurn(desk, session).finally(() => {
        this.#turns.delete(turn);
        this.#beginTurns(desk);
      });
      this.#turns.add(turn);
    }
  }

  /** Takes a turn, and repeats it after a failure that may pass. */
  async #takeTurn(desk: Desk, session: PendingSession): Promise<void> {
    const { signal } = desk;
    for (let pauseMs = firstPauseMs; !signal.aborted; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        const end = await runTurn(desk, session);
        // A turn that was cut off is taken again after the next start.
        if (!signal.aborted) this.#pending.endTurn(session, end);
        break;
      } catch (error) {
        const failure = toAppError(error);
        this.#options.report(failure);
        if (!mayPass.has(failure.code)) {
          this.#pending.endTurn(session, "done");
          break;
        }
        // The outcome of a write that failed is unknown.
        session.mayHaveLeftOvers = true;
        await wait(pauseMs, undefined, { signal }).catch(() => undefined);
      }
    }
    this.#list.saveSoon();
  }
}

async function runTurn(desk: Desk, session: PendingSession): Promise<TurnEnd> {
  const turn = new Turn(desk, session.id);
  if (session.mayHaveLeftOvers) await turn.endLeftOvers();
  session.mayHaveLeftOvers = false;
  return turn.run();
}
