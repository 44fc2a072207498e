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

/** It may take 5 seconds over connections that are in use, and the machine may be busy. */
const stopPatienceMs = 20_000;

/** From 50 on a line of the log tells of a failure of the server. */
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
  /** Whether another server has the same file. */
  hasSecond?: boolean;
};

/** The real server over one database file, behind a proxy, ended and started again at any moment. */
export class ServerUnderFire {
  readonly proxy: TcpProxy;
  readonly databaseFile: string;
  /** Its acts that are never allowed. */
  readonly incidents: string[] = [];
  /** How often it was started. */
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
    // Here, because a test keeps this function for as long as all tests run, and with it all that is in sight of it.
    onTestFinished(() => {
      for (const proxy of server.#proxies) proxy.close();
    });
    await server.#start();
    if (options.hasSecond) server.#second = await server.#launch();
    return server;
  }

  /** Where it is without the proxy, while it runs. */
  get url(): string {
    return this.#running?.url ?? "";
  }

  /** Where another server over the same file is, which nothing happens to. Undefined if there is none. */
  get secondUrl(): string | undefined {
    return this.#second?.url;
  }

  /** One more way to it, for one client, whose connections are told from all others by it. */
  async openProxy(): Promise<TcpProxy> {
    const proxy = await TcpProxy.listen();
    this.#proxies.push(proxy);
    proxy.pointTo(this.#port);
    return proxy;
  }

  /** All connections there are. */
  get links(): Link[] {
    return this.#proxies.flatMap(({ links }) => links);
  }

  /** Resolves when it serves. */
  get up(): Promise<void> {
    return this.#isUp.promise;
  }

  /** Ends it with a signal and starts it again, `meanwhile` between. One after the other, when several want to. */
  restart(signal: "SIGKILL" | "SIGTERM", meanwhile: () => void = () => undefined): Promise<void> {
    const restart = async (): Promise<void> => {
      await this.stop(signal);
      meanwhile();
      await this.#start();
    };
    this.#turn = this.#turn.then(restart);
    return this.#turn;
  }

  /** Stops the process in its tracks, as a machine does that has other things to do. */
  async freeze(durationMs: number): Promise<void> {
    const child = this.#running?.process;
    child?.kill("SIGSTOP");
    await new Promise((resume) => setTimeout(resume, durationMs));
    child?.kill("SIGCONT");
  }

  /** Ends the other server too. */
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
    // Each start has jumps of its own.
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
