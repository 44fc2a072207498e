import type { ShownMessage } from "@ai-desk/client";
import type { ReactElement } from "react";
import { memo } from "react";
import { Markdown } from "../markdown/markdown.tsx";
import type { MessageActs } from "./message-actions.tsx";
import { MessageActions } from "./message-actions.tsx";
import { MessageEditor } from "./message-editor.tsx";
import { senderName } from "./sender-name.ts";
import { isOvertaken, useEditDraft } from "./use-edit-draft.ts";

type MessageBodyProps = {
  message: ShownMessage;
  acts: MessageActs;
  /** Whether the message waits for the connection. */
  isOffline: boolean;
  isEditing: boolean;
  onEdit: (key: string | undefined) => void;
};

/** A message: its sender, its text or the editor of it, and its actions. Scrolling does not render it again. */
export const MessageBody = memo(function MessageBody({
  message,
  acts,
  isOffline,
  isEditing,
  onEdit,
}: MessageBodyProps): ReactElement {
  const { key, sender, content, seq } = message;
  const { draft, write, drop } = useEditDraft(message);
  const save = async (): Promise<void> => {
    onEdit(undefined);
    if (!draft) return;
    try {
      if (draft.text !== content) await acts.edit(key, draft.text, { seq });
      drop(draft);
    } catch {
      // The message shows the reason, and the draft keeps the text.
    }
  };
  const cancel = (): void => {
    onEdit(undefined);
    if (draft) drop(draft);
  };
  return (
    <article className="bubble-row" aria-label={`${senderName(sender)} wrote`}>
      {sender !== "user" && <span className="sender-name">{senderName(sender)}</span>}
      {isEditing ? (
        <MessageEditor
          text={draft?.text ?? content}
          newer={isOvertaken(draft, message) ? content : undefined}
          onChange={write}
          onSave={() => void save()}
          onCancel={cancel}
        />
      ) : (
        <>
          <div className="bubble">
            <Markdown text={content} isGrowing={message.status === "streaming"} />
          </div>
          <MessageActions
            message={message}
            acts={acts}
            isOffline={isOffline}
            isUnsaved={draft !== undefined && draft.text !== content}
            onEdit={() => onEdit(key)}
          />
        </>
      )}
    </article>
  );
});
