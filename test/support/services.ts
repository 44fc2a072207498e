import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Database } from "../../db/sqlite/database.ts";
import { openDatabase } from "../../db/sqlite/open-database.ts";
import { createSqliteStore } from "../../db/sqlite/sqlite-store.ts";
import type { Store } from "../../db/store.ts";
import { anonymous } from "../../server/access/caller.ts";
import { allowAll } from "../../server/access/guard.ts";
import type { Services } from "../../server/domain/services.ts";
import type { Calling } from "../../server/domain/perform.ts";
import { createPerform } from "../../server/domain/perform.ts";
import { Leases } from "../../server/domain/replies/leases.ts";
import { SignalRate } from "../../server/domain/signal-rate.ts";
import { publishCommits } from "../../server/domain/publish-commits.ts";
import { LiveHub } from "../../server/live/live-hub.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";
import { watchStatements } from "./watched-reads.ts";

/** Services over a store whose reads can be watched. */
export type WatchableServices = Services & {
  /** The same store, which awaits `afterRead` after each read and before the rows of the read are seen. */
  watch(afterRead: () => Promise<void>): Store;
};

/** Opens services that are closed with the test. */
export type OpenServices = () => Promise<WatchableServices>;

export type OpenedServices = WatchableServices & { readonly database: Database };

/** Services on a new database file, for actions without a door. They are closed with the test. */
export async function openServices(): Promise<OpenedServices> {
  const database = await openDatabase({
    file: join(makeTemporaryFolder(), "ai_desk.db"),
    synchronous: "normal",
  });
  onTestFinished(() => database.close());
  const services = servicesOn(createSqliteStore(database));
  return {
    ...services,
    database,
    watch: (afterRead) => watchStatements(database, services.store, afterRead),
  };
}

/** The services over a store. */
export function servicesOn(store: Store): Services {
  const services: Services = {
    store,
    hub: new LiveHub(),
    now: () => new Date("2025-11-30T12:00:00.000Z"),
    newSessionId: () => "generated",
    stopping: new AbortController().signal,
    version: "0.0.0",
    maxMessageChars: 1000,
    maxReadersPerSession: 1000,
    pollMs: 25_000,
    leases: new Leases({ durationMs: 30_000, elapsedMs: () => performance.now() }),
    signalRate: new SignalRate(() => performance.now()),
  };
  publishCommits(services);
  return services;
}

/** The arguments of a door's calls to the domain. */
export function callsOn(services: Services): Calling {
  return { caller: anonymous, perform: createPerform(services, allowAll) };
}

/**
 * Services that run and await `act` after read number `at` (from 1) and before its rows are returned, or when `actNow`
 * is called, if that comes first.
 */
export function actAfterRead<Watchable extends WatchableServices>(
  services: Watchable,
  at: number,
  act: () => Promise<unknown>,
): { services: Watchable; actNow: () => Promise<unknown> } {
  let reads = 0;
  let acted: Promise<unknown> | undefined;
  const actNow = (): Promise<unknown> => (acted ??= act());
  const store = services.watch(async () => {
    reads += 1;
    if (reads === at) await actNow();
  });
  return { services: { ...services, store }, actNow };
}
