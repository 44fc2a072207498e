import type { LiveEvent } from "./wire.ts";

/** Somebody who has a session open. */
export type Somebody = {
  /** A random name of the client. */
  readonly id: string;
  /** The name for people, if there is one. */
  readonly name?: string;
};

/** The others who are typing in a session, and those who have it open. */
export type Present = { readonly typing: readonly Somebody[]; readonly here: readonly Somebody[] };

export type PresenceOptions = {
  own: Somebody;
  /** Whether this client says that it is here. */
  isAnnounced: boolean;
  /** Sends a signal. A lost one has no effect but a delay. Resolves once it is answered or lost. */
  send: (name: string, data: Said) => Promise<void>;
  now: () => number;
  touch: () => void;
};

/** Each kind is repeated while it lasts, and forgotten if no repeat comes. In milliseconds. */
const kinds = {
  typing: { repeatMs: 3000, endMs: 8000 },
  here: { repeatMs: 20_000, endMs: 50_000 },
};

type Kind = keyof typeof kinds;

/** The data of a signal. `asks` wants the others to say that they are here too. */
export type Said = Somebody & { readonly is: boolean; readonly asks?: boolean };

/** The longest delay of the answer to a newcomer, in milliseconds: not all clients should answer at once. */
const answerMs = 1000;

/** How long a client that leaves waits until the others know, in milliseconds. */
const leaveMs = 500;

/** The people who are typing in a session, and those who have it open, as far as their clients say so. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #others = { typing: new Others(), here: new Others() };
  /** The states that this client announces, each repeated while it lasts. */
  readonly #own: Record<Kind, ReturnType<typeof setInterval> | undefined> = {
    typing: undefined,
    here: undefined,
  };
  #expiry: ReturnType<typeof setTimeout> | undefined;
  #answer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
  }

  /** The others. Each array is the same until something changes. */
  get shown(): Present {
    return { typing: this.#others.typing.list, here: this.#others.here.list };
  }

  /** Takes a signal of any client, this one too, or that the session is followed from now on. */
  take(event: LiveEvent & { type: "signal" | "caught_up" }): void {
    const { own, isAnnounced } = this.#options;
    if (event.type === "caught_up") {
      if (isAnnounced) void this.set("here", true);
      return;
    }
    const { name, data } = event;
    if (!isKind(name) || !isSaid(data) || data.id === own.id) return;
    const { id, is, asks } = data;
    const endsAtMs = this.#options.now() + kinds[name].endMs;
    this.#others[name].put(
      typeof data.name === "string" ? { id, name: data.name } : { id },
      is ? endsAtMs : 0,
    );
    // A client that types has the session open, and one that left types nothing.
    if (name === "here" && !is) this.#others.typing.put({ id }, 0);
    if (asks && this.#own.here !== undefined) {
      this.#answer ??= setTimeout(() => {
        this.#answer = undefined;
        void this.#say("here", true);
      }, Math.random() * answerMs);
    }
    this.#expire();
  }

  /** This client begins or ends something. @returns undefined if that is nothing new */
  set(kind: Kind, is: boolean): Promise<void> | undefined {
    if (is === (this.#own[kind] !== undefined)) return undefined;
    clearInterval(this.#own[kind]);
    this.#own[kind] = is ? setInterval(() => void this.#say(kind, true), kinds[kind].repeatMs) : undefined;
    return this.#say(kind, is, kind === "here" && is);
  }

  /** This client leaves the session. @returns undefined if it has said nowhere that it is here */
  end(): Promise<void> | undefined {
    clearTimeout(this.#expiry);
    clearTimeout(this.#answer);
    this.#expiry = this.#answer = undefined;
    void this.set("typing", false);
    const said = this.set("here", false);
    return said && Promise.race([said, new Promise<void>((end) => setTimeout(end, leaveMs))]);
  }

  #say(kind: Kind, is: boolean, asks = false): Promise<void> {
    return this.#options.send(kind, { ...this.#options.own, is, ...(asks && { asks }) } satisfies Said);
  }

  #expire(): void {
    const { now, touch } = this.#options;
    clearTimeout(this.#expiry);
    const all = Object.values(this.#others);
    for (const others of all) others.drop(now());
    const next = Math.min(...all.map((others) => others.nextEndMs));
    this.#expiry = Number.isFinite(next) ? setTimeout(() => this.#expire(), next - now() + 1) : undefined;
    touch();
  }
}

/** Others of one kind, each until a time. */
class Others {
  readonly #ends = new Map<string, { who: Somebody; endsAtMs: number }>();
  list: readonly Somebody[] = [];

  get nextEndMs(): number {
    return Math.min(...[...this.#ends.values()].map(({ endsAtMs }) => endsAtMs));
  }

  /** Somebody who was there keeps the place in the list. */
  put(who: Somebody, endsAtMs: number): void {
    const known = this.#ends.get(who.id);
    this.#ends.set(who.id, { who, endsAtMs });
    if (known?.who.name !== who.name || !known) this.#show();
  }

  drop(nowMs: number): void {
    const before = this.#ends.size;
    for (const [id, { endsAtMs }] of this.#ends) if (endsAtMs <= nowMs) this.#ends.delete(id);
    if (this.#ends.size < before) this.#show();
  }

  #show(): void {
    this.list = [...this.#ends.values()].map(({ who }) => who);
  }
}

function isKind(name: string): name is Kind {
  return Object.hasOwn(kinds, name);
}

function isSaid(data: unknown): data is Said {
  const { id, is } = Object(data) as Partial<Said>;
  return typeof id === "string" && typeof is === "boolean";
}
