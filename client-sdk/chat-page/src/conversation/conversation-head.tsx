import type { LiveSession } from "@ai-desk/client/react";
import { useSessions } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { useState } from "react";
import { useConfirm } from "../dialog/confirm.tsx";
import { IconButton } from "../icon-button.tsx";
import { Icon } from "../icon.tsx";
import { openSession } from "../open-session.ts";
import { forgetTexts } from "./kept-text.ts";
import { TitleEditor } from "./title-editor.tsx";

/** The title, with what can be done with the session. */
export function ConversationHead({ session }: { session: LiveSession }): ReactElement {
  const { id, title, rename } = session;
  const { remove } = useSessions();
  const [isEditing, setEditing] = useState(false);
  const ask = useConfirm();
  return (
    <header className="conversation-head">
      <a className="icon-button back" href="#" aria-label="All chats" title="All chats">
        <Icon name="back" />
      </a>
      {title !== undefined && isEditing && (
        <TitleEditor
          title={title}
          onSave={(next) => {
            setEditing(false);
            void rename(next);
          }}
          onCancel={() => setEditing(false)}
        />
      )}
      {title !== undefined && !isEditing && (
        <>
          <h1 data-testid="title" onDoubleClick={() => setEditing(true)}>
            {title}
          </h1>
          <IconButton icon="edit" label="Rename chat" className="rename" onClick={() => setEditing(true)} />
          <IconButton
            icon="remove"
            label="Delete chat"
            onClick={() =>
              ask({
                title: "Delete this chat?",
                text: `“${title}” and its messages are deleted for everyone.`,
                action: "Delete",
                onConfirm: () => {
                  openSession(undefined);
                  forgetTexts(id);
                  void remove(id);
                },
              })
            }
          />
        </>
      )}
    </header>
  );
}
