import type { RemoteThreadListAdapter, ThreadMessage } from "@assistant-ui/react";
import { useAui } from "@assistant-ui/react";
import { useMemo } from "react";
import type { Chat } from "../create-chat.ts";
import { titleFrom } from "../title-from.ts";
import type { ListedSession } from "../chat/wire.ts";
import { historyOf } from "./history-adapter.ts";
import { textOf } from "./stored-form.ts";

const pageThreads = 50;

type TitleStream = Awaited<ReturnType<RemoteThreadListAdapter["generateTitle"]>>;

/**
 * Keeps the threads of assistant-ui's own runtimes as sessions of the chat, with the history of each: for
 * `useRemoteThreadListRuntime`. Make it once, outside of all components. AI Desk has no archive and keeps no custom
 * data of a thread.
 */
export function aiDeskThreadListAdapter(chat: Chat): RemoteThreadListAdapter {
  const { rpc } = chat;
  const sessions = chat.sessions();
  return {
    async list({ after } = {}) {
      const page = await rpc.session.list.query({
        order: "activity",
        limit: pageThreads,
        ...(after !== undefined && { cursor: after }),
      });
      return { threads: page.items.map(toThread), nextCursor: page.next_cursor ?? undefined };
    },
    initialize: async () => ({ remoteId: sessions.create(), externalId: undefined }),
    rename: (id, title) => sessions.rename(id, title),
    delete: (id) => sessions.remove(id),
    archive: () =>
      Promise.reject(
        new Error("AI Desk has no archive of sessions. Leave ThreadListItemPrimitive.Archive out."),
      ),
    async generateTitle(id, messages) {
      const title = titleOf(messages);
      if (title !== undefined) await sessions.rename(id, title);
      return streamOf(title);
    },
    async fetch(id) {
      const { title } = await rpc.session.get.query({ session_id: id });
      return { status: "regular", remoteId: id, title };
    },
    unstable_useAdapters: function useHistory() {
      const aui = useAui();
      return useMemo(
        () => ({
          history: historyOf(chat, {
            known: () => aui.threadListItem.getState().remoteId,
            made: async () => (await aui.threadListItem.initialize()).remoteId,
          }),
        }),
        [aui],
      );
    },
  };
}

function toThread({ id, title, last_message }: ListedSession) {
  return {
    status: "regular" as const,
    remoteId: id,
    title,
    ...(last_message && { lastMessageAt: new Date(last_message.timestamp) }),
  };
}

function titleOf(messages: readonly ThreadMessage[]): string | undefined {
  const first = messages.find(({ role }) => role === "user");
  return titleFrom(textOf(first?.content) ?? "") || undefined;
}

/** A stream of a title that is already stored. */
function streamOf(title: string | undefined): TitleStream {
  return new ReadableStream({
    start(controller) {
      if (title !== undefined) {
        controller.enqueue({ type: "part-start", path: [], part: { type: "text" } });
        controller.enqueue({ type: "text-delta", path: [0], textDelta: title });
        controller.enqueue({ type: "part-finish", path: [0] });
      }
      controller.close();
    },
  });
}
