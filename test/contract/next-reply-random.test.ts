import { expect, test } from "vitest";
import type { Answerable } from "../../server/contract/next-reply.ts";
import { nextReply, replyAttempts, replyKeyOf } from "../../server/contract/next-reply.ts";
import { Thread } from "../../server/contract/thread.ts";
import { Random } from "../support/random.ts";

/** A reply of the assistant: the messages of users from the one that it was opened for, and how it ended. */
type Written = { questions: readonly string[]; status: string | undefined; wasAsked: boolean };

/** A session in which users send, edit and ask for replies, while an assistant writes one reply after the other. */
class RandomSession {
  readonly messages: Answerable[] = [];
  readonly replaced = new Set<string>();
  readonly refused = new Set<string>();
  readonly written: Written[] = [];
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  get questions(): string[] {
    return this.messages.filter(({ sender }) => sender === "user").map(({ key }) => key);
  }

  /** A user sends a message, which may replace an earlier one. */
  say(): void {
    const replaced = this.#random.fraction() < 0.25 ? this.#anyQuestion() : undefined;
    if (replaced !== undefined) this.replaced.add(replaced);
    this.#add(`m${this.messages.length}`, "user", replaced);
  }

  /** A user asks for another reply to a message. */
  ask(): void {
    const parent = this.#anyQuestion();
    if (parent !== undefined) this.#add(`asked${this.messages.length}`, "assistant", parent, "requested");
  }

  /** The assistant takes the next step, while users may go on. @returns false if there is nothing to do */
  step(isCalm: boolean): boolean {
    const next = nextReply(this.messages);
    if (!next) return false;
    if (next.kind === "wait") throw new Error("Nobody else writes.");
    if (next.kind === "open") this.#add(next.key, "assistant", next.parentKey, "streaming");
    const path = new Thread(this.messages).pathTo(next.key).filter(({ sender }) => sender === "user");
    const first = path.findIndex((each) => `${next.key}:`.startsWith(`${replyKeyOf(each)}:`));
    const refuses = this.#random.fraction() < 0.5;
    for (let more = isCalm ? 0 : this.#random.below(3); more > 0; more -= 1) {
      this.say();
      const last = this.messages.at(-1);
      if (!refuses || !last) continue;
      this.refused.add(last.key);
      this.#add(replyKeyOf(last), "assistant", last.key, "failed");
    }
    const status = isCalm
      ? undefined
      : this.#random.pick([undefined, undefined, "stopped", "failed", "interrupted"]);
    this.#change(next.key, status);
    const questions = path.slice(Math.max(first, 0)).map(({ key }) => key);
    this.written.push({ questions, status, wasAsked: next.kind === "claim" });
    return true;
  }

  #anyQuestion(): string | undefined {
    const { questions } = this;
    return questions.length > 0 ? this.#random.pick(questions) : undefined;
  }

  #add(key: string, sender: string, parent_key?: string, status?: string): void {
    this.messages.push({ id: this.messages.length + 1, key, sender, parent_key, status });
  }

  #change(key: string, status: string | undefined): void {
    const at = this.messages.findIndex((message) => message.key === key);
    const found = this.messages[at];
    if (found) this.messages[at] = { ...found, status };
  }
}

test("whatever users and crashes do, each message is answered on its branch, once unless somebody asks again", () => {
  for (let seed = 1; seed <= 500; seed += 1) {
    const random = new Random(seed);
    const session = new RandomSession(random);
    for (let act = 0; act < 30; act += 1) {
      const choice = random.fraction();
      if (choice < 0.4) session.say();
      else if (choice < 0.5) session.ask();
      else session.step(false);
    }
    let steps = 0;
    while (session.step(true)) expect((steps += 1), `seed ${seed}`).toBeLessThan(100);
    const { messages, written } = session;
    for (const key of session.questions) {
      const own = written.filter(({ questions }) => questions.includes(key));
      const answers = own.filter(({ status }) => status !== "interrupted");
      const isAnswered = answers.length > 0;
      expect(
        answers.filter(({ wasAsked }) => !wasAsked).length,
        `seed ${seed}: ${key} in ${JSON.stringify(messages)}`,
      ).toBeLessThanOrEqual(1);
      const hasNoAttemptLeft = own.length >= replyAttempts;
      const isDue = !session.replaced.has(key) && !session.refused.has(key) && !hasNoAttemptLeft;
      expect(isAnswered || !isDue, `seed ${seed}: ${key} in ${JSON.stringify(messages)}`).toBe(true);
    }
  }
});
