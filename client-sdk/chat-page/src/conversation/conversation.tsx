import { useSession } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { useEffect, useState } from "react";
import { Composer } from "./composer.tsx";
import { ConversationHead } from "./conversation-head.tsx";
import { MessageList } from "./message-list.tsx";
import { Notice } from "./notice.tsx";
import { SessionGone } from "./session-gone.tsx";
import { useAnnouncements } from "./use-announcements.ts";
import { useEditing } from "./use-editing.ts";

/** An open session: its title, its messages and the field for the next one. */
export function Conversation({ id }: { id: string }): ReactElement {
  const session = useSession(id);
  const { status, title, messages, isLoaded, error } = session;
  const [editing, edit] = useEditing();
  const [sentCount, setSentCount] = useState(0);
  const isThere = status !== "closed" && title !== undefined;
  useAnnouncements(messages);

  useEffect(() => {
    document.title = isThere ? `${title} · AI Desk` : "AI Desk";
  }, [isThere, title]);

  if (status === "closed") return <SessionGone reason={error?.message} />;
  return (
    <section className="conversation" aria-label={title ?? "Chat"}>
      <ConversationHead session={session} />
      {error && <Notice session={session} />}
      {isLoaded || messages.length > 0 ? (
        <MessageList session={session} editing={editing} onEdit={edit} sentCount={sentCount} />
      ) : (
        <p className="loading">Loading…</p>
      )}
      <Composer
        draftOf={id}
        onSend={(content, sender) => {
          void session.send(content, { sender });
          setSentCount(sentCount + 1);
        }}
        onEditLast={() => edit(messages.findLast(({ sender }) => sender === "user")?.key)}
      />
    </section>
  );
}
