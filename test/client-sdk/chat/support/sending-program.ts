import { createTRPCClient, httpLink } from "@trpc/client";
import type { ChatRpc } from "../../../../client-sdk/src/chat/chat-rpc.ts";
import { ChatState } from "../../../../client-sdk/src/chat/chat-state.ts";
import { createFileStorage } from "../../../../client-sdk/src/chat/storage/file-storage.ts";

// A program that sends three messages to the session "s", keeps them in a file, and never ends.
const [url = "", name = "", file = ""] = process.argv.slice(2);
const nothing = () => () => undefined;

const chat = new ChatState({
  rpc: createTRPCClient({ links: [httpLink({ url: `${url}/trpc` })] }) as unknown as ChatRpc,
  line: {
    status: "offline",
    subscribeStatus: nothing,
    followSession: nothing,
    followList: nothing,
    reconnect: () => undefined,
    close: () => Promise.resolve(),
  },
  sender: { isSender: true, subscribe: nothing, announce: () => undefined, onAnnounced: nothing },
  storage: createFileStorage(file),
  url: name,
  pauses: { baseMs: 2, capMs: 20 },
});
for (const content of ["one", "two", "three"]) void chat.session("s").send(content);
