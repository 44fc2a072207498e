import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Executor } from "../../db/statements/executor.ts";
import type { Database } from "../../db/sqlite/database.ts";
import { openDatabase } from "../../db/sqlite/open-database.ts";
import { createSqliteStore } from "../../db/sqlite/sqlite-store.ts";
import { anonymous } from "../../server/access/caller.ts";
import { allowAll } from "../../server/access/guard.ts";
import type { Services } from "../../server/domain/services.ts";
import type { Calling } from "../../server/domain/perform.ts";
import { createPerform } from "../../server/domain/perform.ts";
import { publishCommits } from "../../server/domain/publish-commits.ts";
import { LiveHub } from "../../server/live/live-hub.ts";
import { makeTemporaryFolder } from "./temporary-folder.ts";

export type OpenedServices = Services & { readonly database: Database };

/** Services on a database file of their own, for actions without a door. It is closed with the test. */
export async function openServices(): Promise<OpenedServices> {
  const database = await openDatabase({
    file: join(makeTemporaryFolder(), "ai_desk.db"),
    synchronous: "normal",
  });
  onTestFinished(() => database.close());
  return servicesOn(database);
}

/** The services over a database. */
export function servicesOn(database: Database): OpenedServices {
  const services = {
    database,
    store: createSqliteStore(database),
    hub: new LiveHub(),
    now: () => new Date("2025-11-30T12:00:00.000Z"),
    newSessionId: () => "generated",
    stopping: new AbortController().signal,
    version: "0.0.0",
    maxMessageChars: 1000,
    maxReadersPerSession: 1000,
    pollMs: 25_000,
  };
  publishCommits(services);
  return services;
}

/** The arguments of a door's calls of the domain. */
export function callsOn(services: Services): Calling {
  return { caller: anonymous, perform: createPerform(services, allowAll) };
}

/**
 * The same services, on which `act` is run and awaited after the read number `at` (from 1) and before its rows are seen, or
 * when `actNow` is called, if that comes first.
 */
export function actAfterRead(
  services: OpenedServices,
  at: number,
  act: () => Promise<unknown>,
): { services: OpenedServices; actNow: () => Promise<unknown> } {
  let reads = 0;
  let acted: Promise<unknown> | undefined;
  const actNow = (): Promise<unknown> => (acted ??= act());
  const { database, store } = services;
  const read: Executor = {
    builder: database.read.builder,
    async run(statement, values) {
      const rows = await database.read.run(statement, values);
      reads += 1;
      if (reads === at) await actNow();
      return rows;
    },
  };
  const { sessions, messages, list } = createSqliteStore({ ...database, read });
  return { services: { ...services, store: { ...store, sessions, messages, list } }, actNow };
}
