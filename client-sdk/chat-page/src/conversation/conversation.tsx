import { titleFrom } from "@ai-desk/client";
import { useSession } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { useEffect, useRef, useState } from "react";
import { newTitle } from "../new-title.ts";
import { Composer } from "./composer.tsx";
import { ConversationHead } from "./conversation-head.tsx";
import { MessageList } from "./message-list.tsx";
import { Notice } from "./notice.tsx";
import type { Sender } from "./sender-switch.tsx";
import { SessionGone } from "./session-gone.tsx";
import { TypingLine } from "./typing-line.tsx";
import { useAnnouncements } from "./use-announcements.ts";
import { useEditing } from "./use-editing.ts";

/** An open session: its title, its messages and the field for the next one. */
export function Conversation({ id }: { id: string }): ReactElement {
  const session = useSession(id);
  const { status, title, messages, run, isLoaded, hasEarlier, error } = session;
  const [editing, edit] = useEditing();
  const [sentCount, setSentCount] = useState(0);
  const isNamed = useRef(false);
  const isThere = status !== "closed" && title !== undefined;
  useAnnouncements(messages);

  useEffect(() => {
    document.title = isThere ? `${title} · AI Desk` : "AI Desk";
    return () => {
      document.title = "AI Desk";
    };
  }, [isThere, title]);

  const send = (content: string, sender: Sender): void => {
    void session.send(content, { sender });
    setSentCount(sentCount + 1);
    const isFirst = isLoaded && messages.length === 0 && !hasEarlier;
    if (!isFirst || title !== newTitle || isNamed.current) return;
    // A second message may come before the new title is rendered.
    isNamed.current = true;
    void session.rename(titleFrom(content));
  };

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
      <TypingLine typing={session.typing} />
      <Composer
        draftOf={id}
        onSend={send}
        onTyping={session.setTyping}
        onStop={run && (() => void session.stop())}
        onEditLast={() => edit(messages.findLast(({ sender }) => sender === "user")?.key)}
      />
    </section>
  );
}
