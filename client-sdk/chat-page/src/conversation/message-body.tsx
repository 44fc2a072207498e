import type { ShownMessage } from "@ai-desk/client";
import type { LiveSession } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { memo, useState } from "react";
import { Markdown } from "../markdown/markdown.tsx";
import { MessageActions } from "./message-actions.tsx";
import { MessageEditor } from "./message-editor.tsx";
import { senderName } from "./sender-name.ts";

type MessageBodyProps = {
  message: ShownMessage;
  session: LiveSession;
  isEditing: boolean;
  onEdit: (key: string | undefined) => void;
};

/** A message: who wrote it, its text or the editor of it, and what can be done with it. Scrolling renders no message again. */
export const MessageBody = memo(function MessageBody({
  message,
  session,
  isEditing,
  onEdit,
}: MessageBodyProps): ReactElement {
  const { key, sender, content } = message;
  /** An edit that was refused, so that its text is not lost. */
  const [refused, setRefused] = useState<string>();
  const save = async (text: string): Promise<void> => {
    onEdit(undefined);
    setRefused(undefined);
    if (text === content) return;
    try {
      await session.edit(key, text);
    } catch {
      // The message carries the reason.
      setRefused(text);
    }
  };
  return (
    <article className="bubble-row" aria-label={`${senderName(sender)} wrote`}>
      {sender !== "user" && <span className="sender-name">{senderName(sender)}</span>}
      {isEditing ? (
        <MessageEditor
          content={refused ?? content}
          onSave={(text) => void save(text)}
          onCancel={() => onEdit(undefined)}
        />
      ) : (
        <div className="bubble">
          <Markdown text={content} />
        </div>
      )}
      {!isEditing && <MessageActions message={message} session={session} onEdit={() => onEdit(key)} />}
    </article>
  );
});
