import type { ServerUnderFire } from "../faults/server-under-fire.ts";
import type { Progress } from "../faults/progress.ts";
import type { Random } from "../support/random.ts";
import { contentOf, tokenOf } from "../faults/history.ts";
import { sharedSession } from "./client-scenario.ts";

type Shown = { id: number; content: string };

/** Another program, which changes the shared session over REST without the proxies. Its calls may fail. */
export class OtherProgram {
  readonly #server: ServerUnderFire;
  readonly #random: Random;
  #sent = 0;

  constructor(server: ServerUnderFire, random: Random) {
    this.#server = server;
    this.#random = random;
  }

  /** Makes this many calls, spread over the work of the clients. */
  async run(calls: number, operations: number, progress: Progress): Promise<void> {
    for (let call = 0; call < calls; call += 1) {
      await progress.until(Math.floor((call * operations) / calls));
      await this.hurry(1);
    }
  }

  /** Makes this many calls, one directly after the other. */
  async hurry(calls: number): Promise<void> {
    for (let call = 0; call < calls; call += 1) await this.#change().catch(() => undefined);
  }

  async send(content: string, session = sharedSession): Promise<void> {
    await this.#call("POST", `/api/sessions/${session}/messages`, { content, sender: "assistant" });
  }

  /** A unique content. */
  nextContent(): string {
    this.#sent += 1;
    return contentOf(`other.${this.#sent}`, 0);
  }

  async #change(): Promise<void> {
    await this.#server.up;
    const random = this.#random;
    const path = `/api/sessions/${sharedSession}`;
    const choice = random.fraction();
    if (choice < 0.3) return this.send(this.nextContent());
    if (choice < 0.35)
      return void (await this.#call("PATCH", path, { title: `title ${this.nextContent()}` }));
    const query = random.fraction() < 0.6 ? "?order=newest&limit=8" : "?limit=100";
    const messages = (await this.#call("GET", `${path}/messages${query}`)) as Shown[];
    if (messages.length === 0) return undefined;
    const { id, content } = random.pick(messages);
    if (choice < 0.75) {
      const edited = `${tokenOf(content)}~${this.nextContent()}`;
      return void (await this.#call("PATCH", `${path}/messages/${id}`, { content: edited }));
    }
    return void (await this.#call("DELETE", `${path}/messages/${id}`));
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(this.#server.url + path, {
      method,
      ...(body && { headers, body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${method} ${path} is answered ${answer.status}`);
    return answer.status === 204 ? undefined : answer.json();
  }
}
