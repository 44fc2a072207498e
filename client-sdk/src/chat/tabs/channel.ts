import type { ChatError } from "../chat-error.ts";
import type { Events, LogName } from "../connection/log.ts";
import type { Channel } from "../connection/platform.ts";
import type { LineStatus } from "../line.ts";

/** Names a followed log of a tab: the tab's name and a number. */
export type Place = readonly [tab: string, number: number];

/** A message on the channel of the tabs. `from` is the name of the sending tab. */
export type TabMessage = { readonly from: string } & (
  | /** Who leads? A visible tab asks again and again. */ { type: "ask" }
  | { type: "follow"; number: number; log: LogName; position: string | undefined }
  | { type: "unfollow"; number: number }
  | { type: "reconnect"; isNetworkNew: boolean }
  | /** The leader tells of itself, and since when it leads. */ {
      type: "lead";
      sinceMs: number;
      status: LineStatus;
    }
  | /** Events for these followings. */ { type: "events"; to: Place[]; events: Events }
  | { type: "status"; to: Place; status: LineStatus }
  | { type: "refused"; to: Place; error: ChatError }
);

type Body<Message> = Message extends unknown ? Omit<Message, "from"> : never;

export type TabChannel = {
  readonly name: string;
  post(message: Body<TabMessage>): void;
  /** Posts waiting messages now. */
  flush(): void;
};

/**
 * Posts a tab's messages on the channel. Messages of one task are posted at its end, and events for several tabs in one
 * message.
 */
export function createTabChannel(channel: Channel<TabMessage> | undefined, tab: string): TabChannel {
  let outgoing: Body<TabMessage>[] = [];

  function flush(): void {
    for (const message of outgoing) channel?.post({ ...message, from: tab });
    outgoing = [];
  }

  return {
    name: tab,
    post(message) {
      const last = outgoing.at(-1);
      if (message.type === "events" && last?.type === "events" && last.events === message.events) {
        last.to.push(...message.to);
        return;
      }
      if (outgoing.push(message) === 1) queueMicrotask(flush);
    },
    flush,
  };
}
