import { createTRPCClient, httpLink, TRPCClientError } from "@trpc/client";
import type { ChatRpc, MessageName } from "../../../../client-sdk/src/chat/chat-rpc.ts";
import type { Message, Page } from "../../../../client-sdk/src/chat/wire.ts";
import type { AppRouter } from "../../../../server/trpc/router.ts";
import { withKeyAndSeq } from "./wire-of-today.ts";

/** The calls of the stores over tRPC's HTTP, one request a call. */
export function createHttpRpc(url: string): ChatRpc {
  const client = createTRPCClient<AppRouter>({ links: [httpLink({ url: `${url}/trpc` })] });
  // The router has these inputs and answers as soon as the server has the whole contract.
  const rpc = client as unknown as ChatRpc;

  /** A server without the whole contract takes ids alone. */
  async function byId<Input extends MessageName, Output>(
    call: (input: Input) => Promise<Output>,
    input: Input,
  ): Promise<Output> {
    try {
      return await call(input);
    } catch (error) {
      const isUnknown = error instanceof TRPCClientError && error.message.includes("message_id");
      if (!isUnknown || !("key" in input)) throw error;
      const { messages } = await client.session.get.query({ session_id: input.session_id });
      const found = messages.find(({ key }) => key === input.key);
      return call({ ...input, message_id: found?.id ?? -1 });
    }
  }

  return {
    session: rpc.session,
    message: {
      add: {
        mutate: async (input, options) => withKeyAndSeq(await rpc.message.add.mutate(input, options), 0),
      },
      update: {
        mutate: async (input, options) =>
          withKeyAndSeq(await byId((named) => rpc.message.update.mutate(named, options), input), 0),
      },
      delete: {
        mutate: (input, options) => byId((named) => rpc.message.delete.mutate(named, options), input),
      },
      list: {
        async query(input, options): Promise<Page<Message>> {
          const { items, next_cursor } = await rpc.message.list.query(input, options);
          return { items: items.map((message) => withKeyAndSeq(message, 0)), next_cursor };
        },
      },
    },
  };
}
