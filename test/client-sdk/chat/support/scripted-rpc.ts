import type { ChatRpc } from "../../../../client-sdk/src/chat/chat-rpc.ts";

export type Call = { name: string; input: unknown; answer(value: unknown): void; fail(error: unknown): void };

/** Calls that the test answers, in the order of the test. */
export class ScriptedRpc {
  readonly #calls: Call[] = [];
  #onCall: (() => void) | undefined;

  get rpc(): ChatRpc {
    const call =
      (name: string) =>
      (input: unknown): Promise<never> =>
        new Promise((answer, fail) => {
          this.#calls.push({ name, input, answer, fail });
          this.#onCall?.();
        });
    const mutation = (name: string) => ({ mutate: call(name) });
    return {
      message: {
        add: mutation("add"),
        stop: mutation("stop"),
        update: mutation("update"),
        delete: mutation("delete"),
        list: { query: call("list") },
      },
      session: {
        create: mutation("create session"),
        update: mutation("update session"),
        delete: mutation("delete session"),
        signal: mutation("signal"),
        list: { query: call("list sessions") },
      },
    };
  }

  /** @returns the oldest call that was not taken yet, as soon as there is one */
  async next(): Promise<Call> {
    for (;;) {
      const call = this.#calls.shift();
      if (call) return call;
      await new Promise<void>((resolve) => {
        this.#onCall = resolve;
      });
    }
  }

  get waiting(): number {
    return this.#calls.length;
  }
}
