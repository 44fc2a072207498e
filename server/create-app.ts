import { randomUUIDv7 } from "node:crypto";
import packageFile from "../package.json" with { type: "json" };
import type { AppOptions } from "./app-options.ts";
import { AppStore, closedStore } from "./app-store.ts";
import { Assistant } from "./assistant/assistant.ts";
import { allowAll } from "./access/guard.ts";
import type { AppError } from "./contract/app-error.ts";
import { maxBodyBytes } from "./contract/limits.ts";
import type { Services } from "./domain/services.ts";
import { systemClock } from "./domain/services.ts";
import { createPerform } from "./domain/perform.ts";
import { Readiness } from "./domain/readiness.ts";
import { beginWork } from "./domain/begin-work.ts";
import { openListPlace } from "./domain/list-place.ts";
import { Leases } from "./domain/replies/leases.ts";
import { SignalRate } from "./domain/signal-rate.ts";
import { LiveHub } from "./live/live-hub.ts";
import type { AccessLog } from "./http/access-log.ts";
import { createAdmission } from "./http/admission.ts";
import { defaultBounds } from "./http/bounds.ts";
import { BufferBudget } from "./http/buffer-budget.ts";
import { createCors } from "./http/cross-origin.ts";
import { watchFileHandles } from "./http/file-handles.ts";
import { maxHeartbeatMs } from "./http/event-stream.ts";
import type { Door } from "./http/door.ts";
import { createHttpServer } from "./http/http-server.ts";
import { createRouting } from "./http/route-requests.ts";
import { defaultTimeouts } from "./http/timeouts.ts";
import { StartingGate } from "./http/starting-gate.ts";
import { createChatPage } from "./pages/chat-page.ts";
import { createDocsPages } from "./pages/docs-pages.ts";
import { createReport } from "./report-errors.ts";
import { livenessPath } from "./rest/health-routes.ts";
import { createRestDoor } from "./rest/rest-door.ts";
import { createTrpcDoor } from "./trpc/trpc-door.ts";
import { appRouter } from "./trpc/router.ts";
import { createChatDoor } from "./ws/chat-door.ts";

export type App = {
  /**
   * Takes the port, then opens the database: if the port is taken, the file stays unchanged. Requests that arrive
   * meanwhile wait up to a second, then they get 503. A failed start releases the port.
   *
   * @returns the address, with the actual port, once the server is ready
   */
  listen(at: { host: string; port: number }): Promise<string>;
  /** The IP address on which it listens, as `host` was resolved; undefined while it does not listen. */
  address(): string | undefined;
  /** Accepts no new work, asks the sockets' clients to reconnect, finishes pending answers and closes the database. */
  close(): Promise<void>;
  /** The numbers of open sockets and subscribers, for monitoring. */
  counts(): { trpcSockets: number; chatSockets: number; followers: number };
};

/** The whole product behind one port: every door over one database. */
export function createApp(options: AppOptions): App {
  const { logger, hosts, origins, elapsedMs = () => performance.now() } = options;
  const store = new AppStore(options.database, logger);
  const stop = new AbortController();
  const timeouts = { ...defaultTimeouts, ...options.timeouts };
  const services: Services = {
    store: closedStore,
    hub: new LiveHub(),
    now: options.now ?? systemClock,
    newSessionId: options.newSessionId ?? (() => randomUUIDv7()),
    stopping: stop.signal,
    version: packageFile.version,
    maxMessageChars: options.maxMessageChars,
    maxReadersPerSession: options.maxReadersPerSession,
    pollMs: timeouts.pollMs,
    leases: new Leases({ durationMs: timeouts.replyLeaseMs, elapsedMs }),
    signalRate: new SignalRate(elapsedMs),
  };
  const bodyBytes = maxBodyBytes(options.maxMessageChars);
  const report = createReport(logger);
  const access: AccessLog | undefined = logger.isLevelEnabled("info") ? logger.info.bind(logger) : undefined;
  const heartbeatMs = Math.min(maxHeartbeatMs, timeouts.pingIntervalMs);
  const bounds = { ...defaultBounds, ...options.bounds };
  // An answer with one message is always allowed, and there is memory for more than one answer at a time.
  const maxAnswerBytes = Math.max(bounds.maxAnswerBytes, bodyBytes);
  const budget = new BufferBudget(Math.max(bounds.maxBufferedBytes, 4 * maxAnswerBytes));
  const perform = createPerform(services, options.guard ?? allowAll);
  const { stopping } = services;
  const shared = { perform, stopping, router: appRouter, maxBodyBytes: bodyBytes, maxAnswerBytes, report };
  const pages = [createDocsPages(), createChatPage({ stopping: stop.signal })];
  const rest = createRestDoor({
    ...shared,
    readiness: new Readiness(services),
    described: services,
    heartbeatMs,
    replyWaitMs: timeouts.replyWaitMs,
    pages,
  });
  const trpc = createTrpcDoor({
    ...shared,
    heartbeatMs,
    timeouts,
    maxSubscriptions: options.maxSubscriptionsPerSocket,
    maxSubscriptionBytes: bounds.maxBufferedBytes,
    access,
  });
  const chat = createChatDoor({ perform, maxFrameBytes: bodyBytes, timeouts, report, access });
  // The REST door serves all remaining addresses, so it comes last.
  const doors: readonly Door[] = [chat, trpc, rest];
  const admit = createAdmission({
    hosts,
    origins,
    isPage: (pathname) => rest.isPage(pathname),
    warn: (details, sentence) => logger.warn(details, sentence),
  });
  const gate = new StartingGate();
  const tell = (error: AppError): void => report(error, undefined);
  const place = openListPlace(services, "assistant");
  const own = { perform, place, leaseMs: timeouts.replyLeaseMs, log: logger, report: tell };
  const assistant = options.assistant && new Assistant({ ...options.assistant, ...own });
  const routing = createRouting({
    doors,
    admit,
    setCorsHeaders: createCors(origins),
    gate,
    livenessPath,
    stopping: stop.signal,
    report,
  });
  const server = createHttpServer({
    budget,
    ...routing,
    onConnection: watchFileHandles((details, sentence) => logger.warn(details, sentence)),
    report,
    access,
    times: { ...timeouts, idleTimeoutMs: 2 * timeouts.stallTimeoutMs },
    deadPeerMs: timeouts.deadPeerMs,
  });

  async function listen(at: { host: string; port: number }): Promise<string> {
    const url = await server.listen(at);
    try {
      services.store = await store.open(stop.signal);
      stop.signal.throwIfAborted();
      beginWork(services, tell);
      await assistant?.start();
    } catch (error) {
      await close();
      throw error;
    }
    gate.open();
    return url;
  }

  async function stopAll(): Promise<void> {
    stop.abort();
    gate.close();
    for (const { sockets } of doors) sockets?.close();
    await Promise.all([assistant?.close(), server.close()]);
    await store.close();
  }

  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= stopAll());
  return {
    listen,
    address: () => server.address(),
    close,
    counts: () => ({
      trpcSockets: trpc.sockets.size,
      chatSockets: chat.sockets.size,
      followers: services.hub.size,
    }),
  };
}
