import type { RouterInputs, RouterOutputs } from "../types.ts";

export type { ListEvent, LiveEvent, Message } from "../types.ts";

/** Who may write a message. */
export type MessageSender = RouterInputs["message"]["add"]["sender"];

/** A session without its messages. */
export type SessionHead = RouterOutputs["session"]["update"];

/** A session as the list shows it. */
export type ListedSession = Omit<RouterOutputs["session"]["list"]["items"][number], "messages">;

/** A page of a list. `next_cursor` is null on the last one. */
export type Page<Item> = { readonly items: readonly Item[]; readonly next_cursor: string | null };
