import { titleFrom } from "@ai-desk/client";
import { useChat, useSessions } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { Composer } from "./conversation/composer.tsx";
import { openSession } from "./open-session.ts";

/** Shown while no session is open. The first message creates a session. */
export function Welcome(): ReactElement {
  const chat = useChat();
  const { create } = useSessions();
  return (
    <section className="welcome" aria-label="New chat">
      <div className="welcome-text">
        <h2>Start a conversation</h2>
        <p>Write the first message, or open a chat from the list.</p>
        <p className="quiet">
          Every message is stored on the server, appears in all open tabs at once, and waits here while you
          are offline.
        </p>
      </div>
      <Composer
        draftOf=""
        onSend={(content, sender) => {
          const id = create({ title: titleFrom(content) });
          void chat.session(id).send(content, { sender });
          openSession(id);
        }}
      />
    </section>
  );
}
