import type { ShownMessage } from "@ai-desk/client";
import type { SessionActions } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { useConfirm } from "../dialog/confirm.tsx";
import { IconButton } from "../icon-button.tsx";
import { showMoment, showWholeTime } from "../show-time.ts";

/** The actions on a message. */
export type MessageActs = Pick<SessionActions, "retry" | "cancel" | "edit" | "remove">;

type MessageActionsProps = {
  message: ShownMessage;
  acts: MessageActs;
  /** Whether the message waits for the connection. */
  isOffline: boolean;
  /** Whether the message has an unsaved edit. */
  isUnsaved: boolean;
  onEdit: () => void;
};

/** The time and delivery state of a message, with the buttons to change it. */
export function MessageActions({
  message,
  acts,
  isOffline,
  isUnsaved,
  onEdit,
}: MessageActionsProps): ReactElement {
  const { key, timestamp, delivery, error, isUnkept } = message;
  const ask = useConfirm();
  const remove = (): void => {
    // A message that is not stored is cancelled without a question.
    if (delivery !== "sent") return acts.cancel(key);
    return ask({
      title: "Delete this message?",
      text: "It is deleted for everyone.",
      action: "Delete",
      onConfirm: () => void acts.remove(key),
    });
  };
  return (
    <footer className="message-foot">
      {error && (
        <p className="message-error" role="alert">
          {delivery === "failed" ? "Not sent" : "Not changed"}: {error.message}
        </p>
      )}
      {isUnkept && (
        <p className="message-error">
          The browser has no room to keep it. Leave the page open until it is sent.
        </p>
      )}
      <div className="message-acts">
        {delivery === "pending" ? (
          <span>{isOffline ? "Waiting for the connection" : "Sending…"}</span>
        ) : (
          <time dateTime={timestamp} title={showWholeTime(timestamp)}>
            {showMoment(timestamp)}
          </time>
        )}
        {delivery === "failed" && (
          <button type="button" className="plain-button retry" onClick={() => acts.retry(key)}>
            Try again
          </button>
        )}
        {isUnsaved && (
          <button type="button" className="plain-button unsaved" onClick={onEdit}>
            Unsaved edit
          </button>
        )}
        <IconButton icon="edit" label="Edit message" className="edit" onClick={onEdit} />
        <IconButton icon="remove" label="Delete message" className="delete" onClick={remove} />
      </div>
    </footer>
  );
}
