import type { LiveSessions } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { memo } from "react";
import { forgetTexts } from "../conversation/kept-text.ts";
import { useConfirm } from "../dialog/confirm.tsx";
import { IconButton } from "../icon-button.tsx";
import { addressOf, openSession } from "../open-session.ts";
import { RowNews } from "./row-news.tsx";

type SessionRowProps = {
  session: LiveSessions["sessions"][number];
  isOpen: boolean;
  onRetry: LiveSessions["retry"];
  onRemove: LiveSessions["remove"];
};

/** One session of the list: its title, its last message and when that came. */
export const SessionRow = memo(function SessionRow({
  session,
  isOpen,
  onRetry,
  onRemove,
}: SessionRowProps): ReactElement {
  const { id, title, delivery, error } = session;
  const ask = useConfirm();
  const remove = (): void => {
    if (isOpen) openSession(undefined);
    forgetTexts(id);
    void onRemove(id);
  };
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
        onClick={() =>
          ask({
            title: "Delete this chat?",
            text: `“${title}” and its messages are deleted for everyone.`,
            action: "Delete",
            onConfirm: remove,
          })
        }
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
