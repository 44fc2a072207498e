import { expect, test } from "vitest";
import type { SessionState } from "../../../client-sdk/src/chat/apply-event.ts";
import { applyAnswer, applyEvent, emptySession } from "../../../client-sdk/src/chat/apply-event.ts";
import { requestPage } from "../../../client-sdk/src/chat/page-loader.ts";
import { putMessages } from "../../../client-sdk/src/chat/put-page.ts";
import type { LiveEvent, Message } from "../../../client-sdk/src/chat/wire.ts";
import { Random } from "../../support/random.ts";
import { ModelServer } from "./support/model-server.ts";

const seeds = 2000;
const steps = 80;

/** A client of the model: what reaches it is late, doubled and mixed as the seed says. */
type Change = (state: SessionState) => SessionState;

class ModelClient {
  state: SessionState = emptySession;
  readonly server = new ModelServer();
  readonly #random: Random;
  readonly #limit: number;
  #stream: LiveEvent[] = [];
  #read = 0;
  #underWay: Change[] = [];
  #positions: { epoch: string; seq: number }[] = [];
  #deleted = new Set<number>();

  constructor(random: Random) {
    this.#random = random;
    this.#limit = 1 + random.below(6);
  }

  step(): void {
    const { server } = this;
    const random = this.#random;
    const ids = server.alive.map(({ id }) => id);
    const acts: (() => void)[] = [
      () => this.#answered(server.add()),
      () => this.#answered(server.add()),
      () => ids.length > 0 && this.#answered(server.edit(random.pick(ids))),
      () => ids.length > 0 && server.remove(random.pick(ids)),
      () => server.rename(),
      () => this.#receive(1 + random.below(5)),
      () => this.#receive(1 + random.below(5)),
      () => this.#deliver(),
      () => this.#deliver(),
      () => this.#askPage(),
      () => this.#askPage(),
      () => random.below(4) === 0 && this.subscribe(),
      () => random.below(10) === 0 && server.restore(),
    ];
    random.pick(acts)();
  }

  /** At its position, or at an earlier one, as a tab does that hears of an older subscription. */
  subscribe(): void {
    const positions = [...this.#positions.slice(-8), this.#positions.at(-1)];
    const after = this.#random.below(8) === 0 ? undefined : this.#random.pick(positions);
    this.#stream = this.server.subscribe(after, this.#limit, this.#random.below(12));
    this.#read = 0;
  }

  finish(): void {
    while (this.#underWay.length > 0) this.#deliver();
    this.#stream = this.server.subscribe(this.#positions.at(-1), this.#limit, 1000);
    this.#read = 0;
    this.#receive(Number.POSITIVE_INFINITY);
  }

  /** Now and then what came last comes again. */
  #receive(count: number): void {
    if (this.#random.below(5) === 0) this.#read = Math.max(0, this.#read - this.#random.below(6));
    for (const event of this.#stream.slice(this.#read, this.#read + count)) {
      this.#read += 1;
      if (event.type === "reset") this.#deleted.clear();
      if (event.type === "message_deleted") this.#deleted.add(event.message_id);
      this.#apply(event);
      const { epoch, seq } = this.state;
      if (epoch !== undefined) this.#positions.push({ epoch, seq });
    }
  }

  #answered(message: Message): void {
    const { epoch } = this.state;
    // A call that is made before this client knows the new epoch is answered by the new one.
    if (epoch !== undefined && epoch !== this.server.epoch) return;
    const answer: Change = (state) => applyAnswer(state, message, epoch);
    this.#underWay.push(answer);
    if (this.#random.below(4) === 0) this.#underWay.push(answer);
  }

  #askPage(): void {
    if (!this.state.hasEarlier || this.state.epoch !== this.server.epoch) return;
    const request = requestPage<SessionState, number, Message>();
    const { floor } = this.state;
    this.#apply(request.begin);
    const page = this.server.page(floor, 1 + this.#random.below(4));
    const fails = this.#random.below(6) === 0;
    this.#underWay.push((state) =>
      fails
        ? request.end(state)
        : request.end(state, (paged, requested) => putMessages(paged, page, requested)),
    );
  }

  #deliver(): void {
    if (this.#underWay.length === 0) return;
    const [answer] = this.#underWay.splice(this.#random.below(this.#underWay.length), 1);
    if (answer) this.#apply(answer);
  }

  #apply(step: LiveEvent | Change): void {
    this.state = typeof step === "function" ? step(this.state) : applyEvent(this.state, step);
    const ids = this.state.messages.map(({ id }) => id);
    if (ids.some((id, at) => id <= (ids[at - 1] ?? 0))) throw new Error(`The order is ${ids.join(", ")}.`);
    const undone = ids.filter((id) => this.#deleted.has(id));
    if (undone.length > 0) throw new Error(`The deletion of ${undone.join(", ")} was undone.`);
  }
}

test(`after any of ${seeds} histories the state is what the server has from the first loaded message on, and no deletion is undone [MERGE-1] [MERGE-3]`, () => {
  let pagesSeen = 0;
  for (let seed = 1; seed <= seeds; seed += 1) {
    const client = new ModelClient(new Random(seed));
    client.subscribe();
    for (let step = 0; step < steps; step += 1) client.step();
    client.finish();
    const { session, messages, hasEarlier, floor, seq } = client.state;
    const { server } = client;
    const shown = server.alive.filter(({ id }) => !hasEarlier || id >= floor);
    expect({ seed, session, messages, seq }).toEqual({
      seed,
      session: server.head,
      messages: shown,
      seq: server.seq,
    });
    if (hasEarlier) pagesSeen += 1;
  }
  expect(pagesSeen).toBeGreaterThan(seeds / 10);
});
