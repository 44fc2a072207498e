import type { LiveSession } from "@ai-desk/client/react";
import type { ReactElement } from "react";
import { useRef } from "react";
import { IconButton } from "../icon-button.tsx";
import { Icon } from "../icon.tsx";
import { useDeleteChat } from "../use-delete-chat.ts";
import { TitleEditor } from "./title-editor.tsx";
import { useFocusReturn } from "./use-focus-return.ts";
import { useRenaming } from "./use-renaming.ts";

/** The title, with the actions on the session. */
export function ConversationHead({ session }: { session: LiveSession }): ReactElement {
  const { id, title, here, error } = session;
  const { isOpen, open, text, write, save, cancel, isUnsaved } = useRenaming(session);
  const renameButton = useRef<HTMLButtonElement>(null);
  const leaveFocus = useFocusReturn(isOpen, () => renameButton.current);
  const edit = (): void => {
    leaveFocus();
    open();
  };
  const deleteChat = useDeleteChat();
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
          {here.length > 0 && (
            <span className="here" data-testid="here">
              {here.length === 1 ? "1 other here" : `${here.length} others here`}
            </span>
          )}
          <IconButton icon="remove" label="Delete chat" onClick={() => deleteChat(id, title)} />
        </>
      )}
    </header>
  );
}
