import { expect, test } from "vitest";
import { Readiness } from "../../server/domain/readiness.ts";
import { openServices } from "../support/services.ts";

test("many that ask at once, and those that ask within a second, cost one try", async () => {
  const { store, stopping } = await openServices();
  let tries = 0;
  const probe = (): Promise<void> => {
    tries += 1;
    return store.probe();
  };
  const readiness = new Readiness({ store: { ...store, probe }, stopping });
  await Promise.all(Array.from({ length: 50 }, () => readiness.assertReady()));
  await readiness.assertReady();
  expect(tries).toBe(1);
});

test("a server that is about to stop is not ready", async () => {
  const { store } = await openServices();
  const stop = new AbortController();
  const readiness = new Readiness({ store, stopping: stop.signal });
  await readiness.assertReady();
  stop.abort();
  await expect(readiness.assertReady()).rejects.toThrow("The server is stopping.");
});
