import type { ChildProcess } from "node:child_process";
import { fork } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { onTestFinished } from "vitest";
import type { TcpProxy } from "../faults/tcp-proxy.ts";
import type { Random } from "../support/random.ts";
import type { ClientHistory } from "./client-history.ts";
import type { Orders, Reply, Word } from "./client-program.ts";
import { readJournal } from "./journal.ts";

const program = join(import.meta.dirname, "client-program.ts");

export type ClientOptions = Pick<Orders, "kind" | "name" | "acts" | "pauseMs" | "shares" | "patienceMs"> & {
  root: string | undefined;
  folder: string;
  /** The proxy between this client and the server. */
  proxy: TcpProxy;
  random: Random;
  onAct: () => void;
};

/** A client in a separate process, which may be ended and restarted at any moment. It ends with the test. */
export class ClientUnderFire {
  readonly proxy: TcpProxy;
  readonly kind: Orders["kind"];
  readonly #options: ClientOptions;
  readonly #idle = Promise.withResolvers<void>();
  readonly #failure = Promise.withResolvers<never>();
  #isEnding = false;
  readonly #crashedLives: number[] = [];
  #life = 0;
  #acts = 0;
  #child: ChildProcess | undefined;
  #heard = new Map<Reply["type"], () => void>();
  #turn: Promise<void> = Promise.resolve();

  constructor(options: ClientOptions) {
    this.proxy = options.proxy;
    this.kind = options.kind;
    this.#options = options;
    // The next question to the client awaits the failure.
    this.#failure.promise.catch(() => undefined);
    onTestFinished(() => this.#end("SIGKILL"));
    this.#start();
  }

  /** Resolves when the client has done its acts. Rejects if the program ended by itself. */
  get idle(): Promise<void> {
    return Promise.race([this.#idle.promise, this.#failure.promise]);
  }

  /** Whether its storage outlives its process. */
  get isLasting(): boolean {
    return this.kind !== "memory";
  }

  /** Ends the process, by SIGKILL or by its own closing, and starts another with the same storage. */
  startAnew(how: "crash" | "leave"): Promise<void> {
    const anew = async (): Promise<void> => {
      if (how === "crash") this.#crashedLives.push(this.#life);
      await this.#end(how === "crash" ? "SIGKILL" : "leave");
      this.#start();
    };
    this.#turn = this.#turn.then(anew);
    return this.#turn;
  }

  /** Sends the client a command, and waits for its reply. */
  async ask(word: Word, reply: Reply["type"]): Promise<void> {
    const heard = new Promise<void>((hear) => this.#heard.set(reply, hear));
    this.#child?.send(word);
    await Promise.race([heard, this.#failure.promise]);
  }

  async end(): Promise<void> {
    await this.#end("leave");
  }

  get history(): ClientHistory {
    const { name, kind } = this.#options;
    const isShared = kind === "led tabs" || kind === "loose tabs";
    return { name, isShared, entries: readJournal(this.#journal), crashedLives: this.#crashedLives };
  }

  get #journal(): string {
    return join(this.#options.folder, `${this.#options.name}.journal`);
  }

  #start(): void {
    const { kind, name, acts, pauseMs, shares, patienceMs, folder, proxy, random, root } = this.#options;
    this.#life += 1;
    const orders: Orders = {
      root: root ?? resolve(import.meta.dirname, "../.."),
      url: proxy.url,
      kind,
      name,
      life: this.#life,
      seed: random.below(2 ** 31),
      acts: acts - this.#acts,
      pauseMs,
      shares,
      journal: this.#journal,
      storage: join(folder, `${name}.json`),
      sessions: [
        ...new Set(this.history.entries.flatMap((fact) => (fact.type === "create" ? [fact.session] : []))),
      ],
      patienceMs,
    };
    const child = fork(program, [JSON.stringify(orders)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    child.once("exit", (code) => {
      if (!this.#isEnding) this.#failure.reject(new Error(`${name} ended with ${code}`));
    });
    child.on("message", (reply: Reply) => this.#hear(reply));
    this.#child = child;
  }

  #hear({ type }: Reply): void {
    if (type === "act") {
      this.#acts += 1;
      this.#options.onAct();
    }
    if (type === "idle") this.#idle.resolve();
    this.#heard.get(type)?.();
  }

  async #end(how: "SIGKILL" | "leave"): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    this.#isEnding = true;
    if (how === "leave") child.send({ type: "leave" } satisfies Word);
    else child.kill("SIGKILL");
    await ended;
    this.#isEnding = false;
  }
}
