import { expect, test } from "vitest";
import { startApp } from "../../support/start-app.ts";
import { compile, useConsumer } from "./support/consumer.ts";

const project = useConsumer(
  "@trpc/tanstack-react-query@11.22.1",
  "@tanstack/react-query@5.108.4",
  "@types/react@19",
  "react@19",
  "typescript-5.9@npm:typescript@5.9.3",
);

const program = `
import { createClient } from "@ai-desk/client";
import { followIntoCache } from "@ai-desk/client/tanstack-query";
import type { AppRouter } from "@ai-desk/client/trpc";
import { toTRPCClient } from "@ai-desk/client/trpc";
import { InfiniteQueryObserver, QueryClient, QueryObserver } from "@tanstack/react-query";
import { createTRPCContext, createTRPCOptionsProxy } from "@trpc/tanstack-react-query";

declare const process: { argv: string[] };
export const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();
const client = createClient({ url: process.argv[2] ?? "" });
const queryClient = new QueryClient();
const trpc = createTRPCOptionsProxy<AppRouter>({ client: toTRPCClient(client), queryClient });
await client.session.create.mutate({ id: "s" });

const session = new QueryObserver(queryClient, trpc.session.get.queryOptions({ session_id: "s" }));
const pages = new InfiniteQueryObserver(
  queryClient,
  trpc.message.list.infiniteQueryOptions(
    { session_id: "s", order: "newest" },
    { getNextPageParam: (page) => page.next_cursor },
  ),
);
const sessions = new QueryObserver(queryClient, trpc.session.list.queryOptions({ order: "activity" }));
const seen = (): (string | undefined)[][] => [
  session.getCurrentResult().data?.messages.map(({ content }) => content) ?? [],
  pages.getCurrentResult().data?.pages.flatMap(({ items }) => items.map(({ content }) => content)) ?? [],
  sessions.getCurrentResult().data?.items.map(({ last_message }) => last_message?.excerpt) ?? [],
];
const done = new Promise<void>((resolve) => {
  const check = (): void => {
    if (seen().every(([content]) => content === "Hello")) resolve();
  };
  session.subscribe(check);
  pages.subscribe(check);
  sessions.subscribe(check);
});
const stops = [followIntoCache({ client, queryClient, sessionId: "s" }), followIntoCache({ client, queryClient })];
await client.message.add.mutate({ session_id: "s", content: "Hello", sender: "user" });
await done;
console.log(JSON.stringify(seen()));
for (const stop of stops) stop();
queryClient.clear();
`;

test("@trpc/tanstack-react-query installs beside it with one copy of tRPC, compiles, and its queries are kept up to date", async () => {
  project.write("queries.ts", program);
  const copies = await project.runWell("npm", ["ls", "@trpc/server", "@trpc/client", "--all", "--parseable"]);
  expect(copies.trim().split("\n").toSorted()).toEqual(
    ["client", "server"].map((name) => `${project.folder}/node_modules/@trpc/${name}`),
  );
  // The types of these libraries do not hold for themselves with such a `lib` and without those of Node.
  expect(await compile(project, "typescript-5.9", "queries.ts", { skipLibCheck: true })).toBe("");
  const { url } = await startApp();
  expect(await project.runWell(process.execPath, ["queries.ts", url])).toBe(
    '[["Hello"],["Hello"],["Hello"]]\n',
  );
});
