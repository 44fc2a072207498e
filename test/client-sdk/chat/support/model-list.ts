import type { ListedSession, ListEvent, Page } from "../../../../client-sdk/src/chat/wire.ts";

type Row = ListedSession & { seq: number; deleted: boolean };

/** The list of sessions as the server keeps it, in memory: the row is the log. */
export class ModelList {
  seq = 0;
  readonly #rows = new Map<string, Row>();
  #stream: ListEvent[] | undefined;

  /** The most recently active first. */
  get alive(): ListedSession[] {
    return [...this.#rows.values()]
      .filter(({ deleted }) => !deleted)
      .map(toSession)
      .toSorted((a, b) => b.activity_seq - a.activity_seq);
  }

  create(): void {
    this.#put(`session-${this.#rows.size}`, { activity_seq: this.seq + 1 });
  }

  addMessage(id: string): void {
    this.#put(id, { activity_seq: this.seq + 1 });
  }

  rename(id: string): void {
    this.#put(id, { title: `Title of ${this.seq + 1}` });
  }

  remove(id: string): void {
    this.#put(id, { deleted: true });
  }

  page(cursor: string | null, limit: number): Page<ListedSession> {
    const rest = this.alive.filter(
      ({ activity_seq: activity }) => cursor === null || activity < Number(cursor),
    );
    const items = rest.slice(0, limit);
    return { items, next_cursor: rest.length > items.length ? String(items.at(-1)?.activity_seq) : null };
  }

  /** @returns the events from a position on; live ones are added to it as they happen */
  subscribe(after: number | undefined, limit: number): ListEvent[] {
    const place = { seq: this.seq, prev: this.seq, epoch: "e" };
    const { items: sessions, next_cursor } = this.page(null, limit);
    const stream: ListEvent[] =
      after === undefined
        ? [{ type: "snapshot", ...place, sessions: [...sessions], next_cursor }]
        : [...this.#rows.values()]
            .filter((row) => row.seq > after)
            .toSorted((a, b) => a.seq - b.seq)
            .map(toEvent);
    stream.push({ type: "caught_up", ...place });
    return (this.#stream = stream);
  }

  #put(id: string, change: Partial<Row>): void {
    this.seq += 1;
    const made = {
      id,
      title: "New chat",
      created_at: "",
      activity_seq: this.seq,
      last_message: null,
      deleted: false,
    };
    const row = { ...made, ...this.#rows.get(id), ...change, seq: this.seq };
    this.#rows.set(id, row);
    this.#stream?.push(toEvent(row));
  }
}

function toSession({ id, title, created_at, activity_seq, last_message }: Row): ListedSession {
  return { id, title, created_at, activity_seq, last_message };
}

function toEvent(row: Row): ListEvent {
  const place = { seq: row.seq, prev: row.seq - 1 };
  return row.deleted
    ? { type: "session_deleted", ...place, session_id: row.id }
    : { type: "session", ...place, session: toSession(row) };
}
