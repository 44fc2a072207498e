import { expect, onTestFinished, test } from "vitest";
import { head, isShowing, message, open } from "./support/live-session.ts";
import { until } from "./support/open-chat.ts";

const aborted = { kind: "aborted", retryable: false };

/** A session with earlier messages, of which two callers ask for the same page. */
async function loadTwice() {
  const { store, calls, line } = open();
  onTestFinished(store.subscribe(() => undefined));
  await expect.poll(() => line.open).toBe(1);
  const session = { ...head, messages: [message(8, 8)] };
  line.tell({ type: "snapshot", seq: 10, epoch: "e", session, has_earlier: true });
  const controllers = [new AbortController(), new AbortController()] as const;
  const [one, two] = controllers.map(({ signal }) => store.loadEarlier({ signal }));
  const call = await calls.next();
  return { store, calls, call, controllers, one, two };
}

const page = { items: [message(7, 7)], next_cursor: null };

test.each([0, 1] as const)(
  "of two callers that share a page, the one that aborts is aborted, and the other gets the page (%i)",
  async (at) => {
    const { store, call, controllers, one, two } = await loadTwice();
    controllers[at].abort();
    await expect([one, two][at]).rejects.toMatchObject(aborted);
    expect(store.getSnapshot().isLoadingEarlier).toBe(true);
    call.answer(page);
    await [two, one][at];
    await until(store, isShowing("message 7", "message 8"));
  },
);

test("when all callers of a page have aborted, the request ends, and the next caller asks anew", async () => {
  const { store, calls, call, controllers, one, two } = await loadTwice();
  for (const controller of controllers) controller.abort();
  for (const load of [one, two]) await expect(load).rejects.toMatchObject(aborted);
  const again = store.loadEarlier();
  const next = await calls.next();
  call.answer({ items: [message(1, 1)], next_cursor: null });
  next.answer(page);
  await again;
  await until(store, isShowing("message 7", "message 8"));
});

test("a caller whose signal is aborted already asks for nothing", async () => {
  const { store, calls, call, one, two } = await loadTwice();
  await expect(store.loadEarlier({ signal: AbortSignal.abort("left") })).rejects.toMatchObject(aborted);
  call.answer(page);
  await Promise.all([one, two]);
  expect(calls.waiting).toBe(0);
});
