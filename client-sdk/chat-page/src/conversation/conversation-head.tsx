import type { LiveSession } from "@ai-desk/client/react";
import { useSessions } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { useRef } from "react";
import { useConfirm } from "../dialog/confirm.tsx";
import { IconButton } from "../icon-button.tsx";
import { Icon } from "../icon.tsx";
import { openSession } from "../open-session.ts";
import { forgetTexts } from "./kept-text.ts";
import { TitleEditor } from "./title-editor.tsx";
import { useFocusReturn } from "./use-focus-return.ts";
import { useRenaming } from "./use-renaming.ts";

/** The title, with what can be done with the session. */
export function ConversationHead({ session }: { session: LiveSession }): ReactElement {
  const { id, title, error } = session;
  const { remove } = useSessions();
  const { isOpen, open, text, write, save, cancel, isUnsaved } = useRenaming(session);
  const renameButton = useRef<HTMLButtonElement>(null);
  const leaveFocus = useFocusReturn(isOpen, () => renameButton.current);
  const edit = (): void => {
    leaveFocus();
    open();
  };
  const ask = useConfirm();
  return (
    <header className="conversation-head">
      <a className="icon-button back" href="#" aria-label="All chats" title="All chats">
        <Icon name="back" />
      </a>
      {(title === undefined || isOpen) && <h1 className="hidden-text">{title ?? "Chat"}</h1>}
      {title !== undefined && isOpen && (
        <TitleEditor
          text={text}
          isRefused={isUnsaved && error !== undefined}
          onChange={write}
          onSave={save}
          onCancel={cancel}
        />
      )}
      {title !== undefined && !isOpen && (
        <>
          <h1 data-testid="title" onDoubleClick={edit}>
            {title}
          </h1>
          <IconButton ref={renameButton} icon="edit" label="Rename chat" className="rename" onClick={edit} />
          {isUnsaved && (
            <button type="button" className="plain-button unsaved" onClick={edit}>
              Unsaved title
            </button>
          )}
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
