import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { onTestFinished } from "vitest";
import type { RunningServer } from "../support/start-server.ts";
import { serverCommand } from "../support/server-command.ts";
import { startServer } from "../support/start-server.ts";
import type { Link } from "./tcp-proxy.ts";
import { TcpProxy } from "./tcp-proxy.ts";

const repository = resolve(import.meta.dirname, "../..");
const clockThatJumps = pathToFileURL(join(import.meta.dirname, "clock-that-jumps.ts")).href;
const plant = pathToFileURL(join(import.meta.dirname, "planted/plant.ts")).href;

/** A stop may take 5 seconds over connections in use, and the machine may be busy. */
const stopPatienceMs = 20_000;

/** A log line of this level or above reports a failure of the server. */
const errorLevel = 50;

/** The product that runs. */
export type Product = {
  /** Where it is, if it is not this one. */
  root?: string;
  /** The bug that wraps ports of this one, if there is one. */
  bug?: string;
};

export type ServerUnderFireOptions = {
  databaseFile: string;
  product?: Product;
  /** Its settings. */
  environment?: Record<string, string>;
  /** The seed of the jumps of its clock. */
  clockSeed: number;
  /** Whether another server has the same file open. */
  hasSecond?: boolean;
};

/** The real server over one database file, behind a proxy. It may be ended and restarted at any moment. */
export class ServerUnderFire {
  readonly proxy: TcpProxy;
  readonly databaseFile: string;
  /** Behaviour that is never allowed. */
  readonly incidents: string[] = [];
  /** The number of starts. */
  starts = 0;
  readonly #product: Product;
  readonly #proxies: TcpProxy[];
  readonly #environment: Record<string, string>;
  #clockSeed: number;
  #running: RunningServer | undefined;
  #second: RunningServer | undefined;
  #port: number | undefined;
  #isUp = Promise.withResolvers<void>();
  #turn: Promise<void> = Promise.resolve();

  private constructor(
    proxy: TcpProxy,
    { databaseFile, product = {}, environment = {}, clockSeed }: ServerUnderFireOptions,
  ) {
    this.proxy = proxy;
    this.#proxies = [proxy];
    this.databaseFile = databaseFile;
    this.#product = product;
    this.#environment = environment;
    this.#clockSeed = clockSeed;
  }

  static async start(options: ServerUnderFireOptions): Promise<ServerUnderFire> {
    const server = new ServerUnderFire(await TcpProxy.listen(), options);
    // Registered here, in a small scope: a test keeps this callback, and everything in its scope, until all tests have
    // run.
    onTestFinished(() => {
      for (const proxy of server.#proxies) proxy.close();
    });
    await server.#start();
    if (options.hasSecond) server.#second = await server.#launch();
    return server;
  }

  /** Its address without the proxy, while it runs. */
  get url(): string {
    return this.#running?.url ?? "";
  }

  /** The address of another, undisturbed server over the same file. Undefined if there is none. */
  get secondUrl(): string | undefined {
    return this.#second?.url;
  }

  /** A further proxy for one client, which identifies the connections of that client. */
  async openProxy(): Promise<TcpProxy> {
    const proxy = await TcpProxy.listen();
    this.#proxies.push(proxy);
    proxy.pointTo(this.#port);
    return proxy;
  }

  /** All open connections. */
  get links(): Link[] {
    return this.#proxies.flatMap(({ links }) => links);
  }

  /** Resolves when it serves. */
  get up(): Promise<void> {
    return this.#isUp.promise;
  }

  /**
   * Ends the server with a signal and starts it again, with `meanwhile` in between. Concurrent calls run one after the
   * other.
   */
  restart(signal: "SIGKILL" | "SIGTERM", meanwhile: () => void = () => undefined): Promise<void> {
    const restart = async (): Promise<void> => {
      await this.stop(signal);
      meanwhile();
      await this.#start();
    };
    this.#turn = this.#turn.then(restart);
    return this.#turn;
  }

  /** Pauses the process, as a busy machine may do. */
  async freeze(durationMs: number): Promise<void> {
    const child = this.#running?.process;
    child?.kill("SIGSTOP");
    await new Promise((resume) => setTimeout(resume, durationMs));
    child?.kill("SIGCONT");
  }

  /** Ends both servers. */
  async stopAll(): Promise<void> {
    await this.stop("SIGTERM");
    const second = this.#second;
    this.#second = undefined;
    if (second) await this.#end(second, "SIGTERM");
  }

  async stop(signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const running = this.#running;
    if (!running) return;
    this.#running = undefined;
    this.#isUp = Promise.withResolvers();
    await this.#end(running, signal);
    this.#pointTo(undefined);
  }

  async #end(running: RunningServer, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    const overdue = setTimeout(() => {
      this.incidents.push(`${signal}: it did not end`);
      running.process.kill("SIGKILL");
    }, stopPatienceMs);
    const ended = await running.stop(signal);
    clearTimeout(overdue);
    if (signal === "SIGTERM" && ended.code !== 0) this.incidents.push(`SIGTERM: ${JSON.stringify(ended)}`);
    for (const entry of running.log) {
      if (Number(entry["level"]) >= errorLevel) this.incidents.push(`logged: ${JSON.stringify(entry)}`);
    }
  }

  #pointTo(port: number | undefined): void {
    this.#port = port;
    for (const proxy of this.#proxies) proxy.pointTo(port);
  }

  async #start(): Promise<void> {
    const running = await this.#launch();
    this.#running = running;
    this.starts += 1;
    this.#pointTo(Number(new URL(running.url).port));
    this.#isUp.resolve();
  }

  async #launch(): Promise<RunningServer> {
    // Each start has different jumps.
    this.#clockSeed += 1;
    const { root = repository, bug } = this.#product;
    const preloaded = bug === undefined ? [clockThatJumps] : [clockThatJumps, plant];
    const running = await startServer(
      {
        DATABASE_URL: `file:${this.databaseFile}`,
        NODE_OPTIONS: preloaded.map((url) => `--import ${url}`).join(" "),
        CLOCK_SEED: String(this.#clockSeed),
        ...(bug !== undefined && { SERVER_BUG: bug }),
        ...this.#environment,
      },
      { cwd: root, launch: serverCommand(root) },
    );
    running.process.once("exit", (code, signal) => {
      const isMeant = this.#running !== running && this.#second !== running;
      if (!isMeant) this.incidents.push(`ended by itself: ${code} ${signal}`);
    });
    return running;
  }
}
