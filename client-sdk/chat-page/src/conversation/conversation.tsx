import { useSession } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { useEffect, useState } from "react";
import { Composer } from "./composer.tsx";
import { ConversationHead } from "./conversation-head.tsx";
import { MessageList } from "./message-list.tsx";
import { Notice } from "./notice.tsx";
import { SessionGone } from "./session-gone.tsx";
import { useAnnouncements } from "./use-announcements.ts";

/** An open session: its title, its messages and the field for the next one. */
export function Conversation({ id }: { id: string }): ReactElement {
  const session = useSession(id);
  const { status, title, messages, isLoaded, error } = session;
  const [editing, setEditing] = useState<string>();
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
      {isLoaded ? (
        <MessageList session={session} editing={editing} onEdit={setEditing} sentCount={sentCount} />
      ) : (
        <p className="loading">Loading…</p>
      )}
      <Composer
        draftOf={id}
        onSend={(content, sender) => {
          void session.send(content, { sender });
          setSentCount(sentCount + 1);
        }}
        onEditLast={() => setEditing(messages.findLast(({ sender }) => sender === "user")?.key)}
      />
    </section>
  );
}
