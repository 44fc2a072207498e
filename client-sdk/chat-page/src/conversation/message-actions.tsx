import type { ShownMessage } from "@ai-desk/client";
import type { SessionActions } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { useConfirm } from "../dialog/confirm.tsx";
import { BranchSwitch } from "./branch-switch.tsx";
import { isOpen, replyState } from "./reply-state.ts";
import { IconButton } from "../icon-button.tsx";
import { showMoment, showWholeTime } from "../show-time.ts";

/** The actions on a message. */
export type MessageActs = Pick<
  SessionActions,
  "retry" | "cancel" | "edit" | "remove" | "regenerate" | "choose"
>;

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
  const { key, sender, timestamp, delivery, status, branch, error, isUnkept } = message;
  const state = replyState(message);
  const canRepeat = sender !== "user" && delivery === "sent" && !isOpen(message);
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
      {status === "failed" && (
        <p className="message-error" role="alert">
          {state}
        </p>
      )}
      <div className="message-acts">
        {state !== undefined && status !== "failed" && <span className="reply-state">{state}</span>}
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
        {branch && <BranchSwitch branch={branch} onChoose={(chosen) => void acts.choose(chosen)} />}
        {canRepeat && (
          <IconButton
            icon="again"
            label="Write another answer"
            className="regenerate"
            onClick={() => void acts.regenerate(key)}
          />
        )}
        {!isOpen(message) && (
          <IconButton icon="edit" label="Edit message" className="edit" onClick={onEdit} />
        )}
        <IconButton icon="remove" label="Delete message" className="delete" onClick={remove} />
      </div>
    </footer>
  );
}
