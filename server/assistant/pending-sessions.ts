/** A session that may lack an answer. */
export type PendingSession = {
  readonly id: string;
  /** The `seq` of the list at which its first such message was added. */
  readonly since: number;
  /** Whether an earlier turn, or an earlier run of the server, may have left a reply open in it. */
  mayHaveLeftOvers: boolean;
  state: "queued" | "running" | "waiting";
  /** Whether it has changed since its turn began. */
  hasChanged: boolean;
};

/** The sessions that may lack an answer. Their turns come in the order in which they became pending. */
export class PendingSessions {
  readonly #byId = new Map<string, PendingSession>();
  #queue: PendingSession[] = [];
  /** Called when a turn is due. */
  onQueued: () => void = () => undefined;

  /** Notes a change of a session. */
  note(id: string, { since, mayHaveLeftOvers }: Pick<PendingSession, "since" | "mayHaveLeftOvers">): void {
    const known = this.#byId.get(id);
    if (known?.state === "queued") return;
    if (known?.state === "running") known.hasChanged = true;
    else this.#enqueue(known ?? { id, since, mayHaveLeftOvers, state: "queued", hasChanged: false });
  }

  /** Takes the session whose turn is next. */
  takeNext(): PendingSession | undefined {
    const next = this.#queue.shift();
    if (next) next.state = "running";
    return next;
  }

  /** Notes the end of a turn. */
  endTurn(session: PendingSession, end: "done" | "waiting"): void {
    if (session.hasChanged) this.#enqueue(session);
    else if (end === "waiting") session.state = "waiting";
    else this.#byId.delete(session.id);
  }

  /** Notes that a session was deleted. */
  forget(id: string): void {
    if (this.#byId.get(id)?.state === "waiting") this.#byId.delete(id);
  }

  /** Forgets all sessions: they belong to another history. */
  clear(): void {
    this.#byId.clear();
    this.#queue = [];
  }

  /** The `seq` of the list up to which no answer is missing. @param seq the last one that was read */
  completeUpTo(seq: number): number {
    let complete = seq;
    for (const { since } of this.#byId.values()) complete = Math.min(complete, since - 1);
    return complete;
  }

  #enqueue(session: PendingSession): void {
    session.state = "queued";
    session.hasChanged = false;
    this.#byId.set(session.id, session);
    this.#queue.push(session);
    this.onQueued();
  }
}
