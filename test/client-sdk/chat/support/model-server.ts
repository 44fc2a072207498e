import type { LiveEvent, Message, Page } from "../../../../client-sdk/src/chat/wire.ts";

type Row = Message & { deleted: boolean };

/** A session as the server keeps it, in memory: the row is the log. */
export class ModelServer {
  epoch = "epoch-0";
  seq = 0;
  readonly rows = new Map<number, Row>();
  #title = { title: "Model", seq: 0 };
  #lastId = 0;
  #stream: LiveEvent[] | undefined;

  get alive(): Message[] {
    return [...this.rows.values()].filter(({ deleted }) => !deleted).map(toMessage);
  }

  get head() {
    return { id: "s", title: this.#title.title, created_at: "2026-01-01T00:00:00.000Z" };
  }

  add(): Message {
    const id = (this.#lastId += 1);
    return this.#put({ id, content: `message ${id}`, deleted: false });
  }

  edit(id: number): Message {
    return this.#put({ id, content: `message ${id}, edited at ${this.seq + 1}`, deleted: false });
  }

  remove(id: number): void {
    this.#put({ id, content: "", deleted: true });
  }

  rename(): void {
    this.#title = { title: `Title of ${this.seq + 1}`, seq: this.seq + 1 };
    this.#tell({ type: "session", session: this.head });
  }

  /** Puts an earlier state back, as a restore does: the latest messages are gone, and the epoch is another. */
  restore(): void {
    this.epoch = `epoch-${Number(this.epoch.slice(6)) + 1}`;
    for (const id of [...this.rows.keys()].slice(-3)) this.rows.delete(id);
    this.seq = Math.max(0, ...[...this.rows.values()].map(({ seq }) => seq), this.#title.seq);
    this.#stream = undefined;
  }

  page(before: number, limit: number): Page<Message> {
    const earlier = this.alive.filter(({ id }) => id < before);
    const items = earlier.slice(-limit);
    return { items, next_cursor: earlier.length > items.length ? String(items[0]?.id) : null };
  }

  /** @returns the events from a position on; live ones are added to it as they happen */
  subscribe(
    after: { epoch: string; seq: number } | undefined,
    limit: number,
    maxMissed: number,
  ): LiveEvent[] {
    const place = { seq: this.seq, prev: this.seq };
    const missed = after ? this.#missedSince(after.seq) : [];
    const isReset = after !== undefined && (after.epoch !== this.epoch || after.seq > this.seq);
    const stream: LiveEvent[] =
      !after || isReset || missed.length > maxMissed
        ? [{ type: isReset ? "reset" : "snapshot", ...place, epoch: this.epoch, ...this.#snapshot(limit) }]
        : missed;
    stream.push({ type: "caught_up", ...place, epoch: this.epoch });
    return (this.#stream = stream);
  }

  #snapshot(limit: number) {
    const { items, next_cursor: cursor } = this.page(Number.POSITIVE_INFINITY, limit);
    return { session: { ...this.head, messages: [...items] }, has_earlier: cursor !== null };
  }

  #missedSince(seq: number): LiveEvent[] {
    const changed = [...this.rows.values()].map((row): LiveEvent =>
      row.deleted
        ? { type: "message_deleted", ...placeAt(row.seq), message_id: row.id, key: row.key }
        : { type: "message", ...placeAt(row.seq), message: toMessage(row) },
    );
    const title: LiveEvent = { type: "session", ...placeAt(this.#title.seq), session: this.head };
    return [...changed, title].filter((event) => event.seq > seq).toSorted((a, b) => a.seq - b.seq);
  }

  #put(change: Pick<Row, "id" | "content" | "deleted">): Message {
    const { id, deleted } = change;
    const common = { session_id: "s", sender: "user", timestamp: "2026-01-01T00:00:00.000Z" };
    const row = { ...change, ...common, key: `key-${id}`, seq: this.seq + 1 };
    this.rows.set(id, row);
    const message = toMessage(row);
    this.#tell(
      deleted ? { type: "message_deleted", message_id: id, key: row.key } : { type: "message", message },
    );
    return message;
  }

  #tell(event: object): void {
    this.seq += 1;
    this.#stream?.push({ ...event, seq: this.seq, prev: this.seq - 1 } as LiveEvent);
  }
}

function toMessage({ id, session_id, content, sender, timestamp, key, seq }: Row): Message {
  return { id, session_id, content, sender, timestamp, key, seq };
}

function placeAt(seq: number): { seq: number; prev: number } {
  return { seq, prev: seq - 1 };
}
