import type { LiveSessions } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { memo } from "react";
import { IconButton } from "../icon-button.tsx";
import { addressOf } from "../open-session.ts";
import { useDeleteChat } from "../use-delete-chat.ts";
import { RowNews } from "./row-news.tsx";

type SessionRowProps = {
  session: LiveSessions["sessions"][number];
  isOpen: boolean;
  onRetry: LiveSessions["retry"];
};

/** One session of the list: its title, its last message and the time of that message. */
export const SessionRow = memo(function SessionRow({
  session,
  isOpen,
  onRetry,
}: SessionRowProps): ReactElement {
  const { id, title, delivery, error } = session;
  const deleteChat = useDeleteChat();
  return (
    <li className="session-row" data-session={id} data-delivery={delivery}>
      <a href={addressOf(id)} aria-current={isOpen ? "page" : undefined}>
        {title}
      </a>
      <RowNews session={session} isOpen={isOpen} />
      <IconButton
        icon="remove"
        label={`Delete “${title}”`}
        className="delete-session"
        onClick={() => deleteChat(id, title)}
      />
      {error && (
        <p className="row-error" role="alert">
          {error.message}{" "}
          {delivery === "failed" && (
            <button type="button" className="plain-button" onClick={() => onRetry(id)}>
              Try again
            </button>
          )}
        </p>
      )}
    </li>
  );
});
