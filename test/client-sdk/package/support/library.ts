/** A library on top of ours. All of its types are inferred. */
export const library = `
import { createChat, createClient } from "@ai-desk/client";
import { createFileStorage } from "@ai-desk/client/file-storage";

export const client = createClient({ url: "http://localhost" });
export const chat = createChat({ url: "http://localhost" });
export const storage = createFileStorage("chat.json");
export const useIt = () => chat.session("x").getSnapshot();
export const useList = () => chat.sessions().getSnapshot();
export const useStatus = () => chat.status;
export const useFirst = () => chat.session("x").getSnapshot().messages[0];
export const useError = () => chat.session("x").getSnapshot().error;
export const stores = () => [chat.session("x"), chat.sessions()] as const;
export const send = () => chat.session("x").send("Hello");
export const rpc = chat.rpc;
export const add = client.message.add.mutate;
export const { list: listMessages } = client.message;
export async function list() { return client.session.list.query(); }
export async function listed() { return (await list()).items.map((item) => item.last_message); }
export const follow = (id: string) => client.session.onEvent.subscribe({ session_id: id }, {
  onData({ data: event }) { if (event.type === "message") event.message.content.trim(); },
});
export const { onListEvent } = client.session;
`;
