import { createTRPCClient, httpLink } from "@trpc/client";
import type { ChatRpc } from "../../../../client-sdk/src/chat/chat-rpc.ts";
import type { AppRouter } from "../../../../server/trpc/router.ts";

/** The calls of the stores over tRPC's HTTP, one request a call. */
export function createHttpRpc(url: string): ChatRpc {
  return createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc` })] });
}
