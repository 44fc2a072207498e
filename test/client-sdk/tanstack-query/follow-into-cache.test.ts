import { InfiniteQueryObserver, QueryClient, QueryObserver } from "@tanstack/query-core";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Client, MessagePage, Session, SessionPage } from "../../../client-sdk/src/index.ts";
import { createClient } from "../../../client-sdk/src/index.ts";
import { followIntoCache } from "../../../client-sdk/src/tanstack-query/index.ts";
import { startApp } from "../../support/start-app.ts";

type Setup = { client: Client; queryClient: QueryClient; reads: string[] };

async function setUp(): Promise<Setup> {
  const { url } = await startApp();
  const reads: string[] = [];
  const client = createClient({
    url,
    fetch: (address, init) => {
      reads.push(new URL(address).pathname);
      return fetch(address, init);
    },
  });
  const queryClient = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: Infinity } } });
  onTestFinished(() => queryClient.clear());
  return { client, queryClient, reads };
}

/** Follows, and waits until the queries were read once more, which is how following begins. */
async function follow({ client, queryClient }: Setup, sessionId?: string): Promise<() => void> {
  const refresh = vi.spyOn(queryClient, "invalidateQueries");
  const stop = followIntoCache({ client, queryClient, ...(sessionId !== undefined && { sessionId }) });
  onTestFinished(stop);
  await expect.poll(() => refresh.mock.calls.length).toBe(1);
  await expect.poll(() => queryClient.isFetching()).toBe(0);
  return stop;
}

const key = (path: string, input: object, type: "query" | "infinite" = "query") => [
  path.split("."),
  { input, type },
];

function watch<Data>(
  { queryClient }: Setup,
  path: string,
  input: object,
  read: () => Promise<Data>,
): () => Data | undefined {
  const observer = new QueryObserver<Data>(queryClient, { queryKey: key(path, input), queryFn: read });
  onTestFinished(observer.subscribe(() => undefined));
  return () => observer.getCurrentResult().data;
}

const titles = (page: () => SessionPage | undefined) => page()?.items.map(({ title }) => title);

const say = ({ client }: Setup, content: string, sessionId = "s") =>
  client.message.add.mutate({ session_id: sessionId, content, sender: "user" });

test("messages that are added, edited and deleted reach session.get and message.list without a read", async () => {
  const setup = await setUp();
  const { client, reads } = setup;
  await client.session.create.mutate({ id: "s", title: "First" });
  const first = await say(setup, "one");
  const get = watch<Session>(setup, "session.get", { session_id: "s" }, () =>
    client.session.get.query({ session_id: "s" }),
  );
  const listInput = { session_id: "s", order: "newest" as const, limit: 2 };
  const list = watch<MessagePage>(setup, "message.list", listInput, () =>
    client.message.list.query(listInput),
  );
  await follow(setup, "s");
  await say(setup, "two");
  await expect.poll(() => list()?.items.map(({ content }) => content)).toEqual(["one", "two"]);
  await expect.poll(() => setup.queryClient.isFetching()).toBe(0);

  reads.length = 0;
  await client.message.update.mutate({ session_id: "s", message_id: first.id, content: "one, edited" });
  const third = await say(setup, "three");
  await client.session.update.mutate({ session_id: "s", title: "Second" });
  await expect.poll(() => get()?.title).toBe("Second");
  expect(get()?.messages.map(({ content }) => content)).toEqual(["one, edited", "two", "three"]);
  expect(list()?.items.map(({ content }) => content)).toEqual(["one, edited", "two", "three"]);
  await client.message.delete.mutate({ session_id: "s", message_id: third.id });
  await expect.poll(() => list()?.items.map(({ content }) => content)).toEqual(["one, edited", "two"]);
  expect(get()).toEqual(await client.session.get.query({ session_id: "s" }));
  expect(reads.filter((path) => /get|list/.test(path))).toEqual(["/trpc/session.get"]);
});

test("an edit of a message that is not loaded stays outside, and a new one goes to the open end alone", async () => {
  const setup = await setUp();
  const { client, queryClient } = setup;
  await client.session.create.mutate({ id: "s" });
  const first = await say(setup, "one");
  for (const content of ["two", "three", "four"]) await say(setup, content);
  const input = { session_id: "s", order: "newest" as const, limit: 1 };
  const observer = new InfiniteQueryObserver(queryClient, {
    queryKey: key("message.list", input, "infinite"),
    queryFn: ({ pageParam }) => client.message.list.query({ ...input, cursor: pageParam }),
    initialPageParam: null as string | null,
    getNextPageParam: (page: MessagePage) => page.next_cursor,
  });
  onTestFinished(observer.subscribe(() => undefined));
  await expect.poll(() => observer.getCurrentResult().data?.pages.length).toBe(1);
  await observer.fetchNextPage();
  const old = watch<MessagePage>(setup, "message.list", { session_id: "s", limit: 2 }, () =>
    client.message.list.query({ session_id: "s", limit: 2 }),
  );
  await follow(setup, "s");
  await say(setup, "five");
  const pages = () =>
    observer.getCurrentResult().data?.pages.map(({ items }) => items.map(({ content }) => content));
  await expect.poll(() => pages()?.flat()).toContain("five");
  await expect.poll(() => queryClient.isFetching()).toBe(0);
  const before = pages();
  await client.message.update.mutate({ session_id: "s", message_id: first.id, content: "one, edited" });
  await say(setup, "six");
  await expect.poll(() => pages()?.[0]).toContain("six");
  expect(pages()).toEqual([[...(before?.[0] ?? []), "six"], before?.[1]]);
  expect(old()?.items.map(({ content }) => content)).toEqual(["one, edited", "two"]);
});

test("a read that was answered before an event and arrives after it does not undo the event", async () => {
  const setup = await setUp();
  const { client, queryClient } = setup;
  await client.session.create.mutate({ id: "s" });
  const first = await say(setup, "old");
  const gate: { wait?: Promise<void>; onWait?: () => void } = {};
  const get = watch<Session>(setup, "session.get", { session_id: "s" }, async () => {
    const answer = await client.session.get.query({ session_id: "s" });
    gate.onWait?.();
    await gate.wait;
    return answer;
  });
  const other = watch<Session>(setup, "session.get", { session_id: "s", other: true }, () =>
    client.session.get.query({ session_id: "s" }),
  );
  await follow(setup, "s");
  await say(setup, "live");
  await expect.poll(() => other()?.messages.length).toBe(2);
  await expect.poll(() => queryClient.isFetching()).toBe(0);

  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  gate.wait = held;
  const answered = new Promise<void>((resolve) => {
    gate.onWait = resolve;
  });
  const read = queryClient.refetchQueries({ queryKey: key("session.get", { session_id: "s" }) });
  await answered;
  await client.message.update.mutate({ session_id: "s", message_id: first.id, content: "new" });
  await say(setup, "after");
  await expect.poll(() => other()?.messages.length).toBe(3);
  release();
  await read;
  expect(get()?.messages.map(({ content }) => content)).toEqual(["new", "live", "after"]);
});

test("the list of sessions follows their making, renames, activity and deletion, in its order", async () => {
  const setup = await setUp();
  const { client, queryClient, reads } = setup;
  for (const id of ["a", "b"]) await client.session.create.mutate({ id, title: id });
  const list = (order: "activity" | "newest") =>
    watch<SessionPage>(setup, "session.list", { order }, () => client.session.list.query({ order }));
  const byActivity = list("activity");
  const newest = list("newest");
  await follow(setup);
  await client.session.create.mutate({ id: "c", title: "c" });
  await expect.poll(() => titles(byActivity)).toEqual(["c", "b", "a"]);
  await expect.poll(() => queryClient.isFetching()).toBe(0);

  reads.length = 0;
  await say(setup, "Hello", "a");
  await expect.poll(() => titles(byActivity)).toEqual(["a", "c", "b"]);
  expect(byActivity()?.items[0]?.last_message?.excerpt).toBe("Hello");
  await client.session.update.mutate({ session_id: "c", title: "C" });
  await expect.poll(() => titles(byActivity)).toEqual(["a", "C", "b"]);
  expect(titles(newest)).toEqual(["C", "b", "a"]);
  await client.session.create.mutate({ id: "d", title: "d" });
  await client.session.delete.mutate({ session_id: "b" });
  await expect.poll(() => titles(newest)).toEqual(["d", "C", "a"]);
  expect(titles(byActivity)).toEqual(["d", "a", "C"]);
  expect(reads.filter((path) => path.includes("list"))).toEqual([]);
});

test("once it has ended, the queries are read again when they are next used", async () => {
  const setup = await setUp();
  const { client, queryClient } = setup;
  await client.session.create.mutate({ id: "s" });
  const queryKey = key("session.get", { session_id: "s" });
  const read = () =>
    queryClient.fetchQuery({ queryKey, queryFn: () => client.session.get.query({ session_id: "s" }) });
  await read();
  (await follow(setup, "s"))();
  expect(queryClient.getQueryState(queryKey)?.isInvalidated).toBe(true);
  await say(setup, "missed");
  expect((await read()).messages.map(({ content }) => content)).toEqual(["missed"]);
});
