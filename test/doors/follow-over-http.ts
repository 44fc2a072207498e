import { createTRPCClient, httpSubscriptionLink } from "@trpc/client";
import type { AppRouter } from "../../server/trpc/router.ts";

// A program that follows a session as tRPC's own client does over HTTP, and says what it sees, a JSON line each. Its
// EventSource is the platform's, for which Node wants a flag.
const [url = "", sessionId = ""] = process.argv.slice(2);
const client = createTRPCClient<AppRouter>({ links: [httpSubscriptionLink({ url: `${url}/trpc` })] });
const say = (what: object): void => void process.stdout.write(`${JSON.stringify(what)}\n`);

client.session.onEvent.subscribe(
  { session_id: sessionId },
  {
    onData: ({ id: position, data: event }) => say({ position, event }),
    onConnectionStateChange: ({ state }) => say({ state }),
    onError: ({ message, data }) => say({ error: message, code: data?.code }),
    onComplete: () => say({ complete: true }),
  },
);
