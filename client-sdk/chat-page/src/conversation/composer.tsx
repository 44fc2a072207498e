import type { KeyboardEvent, ReactElement } from "react";
import { useEffect, useRef, useState } from "react";
import { IconButton } from "../icon-button.tsx";
import { GrowingText } from "./growing-text.tsx";
import { useKeptText } from "./kept-text.ts";
import type { Sender } from "./sender-switch.tsx";
import { SenderSwitch } from "./sender-switch.tsx";

/** A person who writes nothing for this time is not typing any more. */
const idleMs = 5000;

type ComposerProps = {
  /** The session whose draft it keeps; empty for a session that does not exist yet. */
  draftOf: string;
  onSend: (content: string, sender: Sender) => void;
  /** Called for the arrow up in an empty field. */
  onEditLast?: () => void;
  /** Called when the person begins or ends to type. */
  onTyping?: (isTyping: boolean) => void;
  /** Ends the reply that is being written; undefined if there is none. */
  onStop?: (() => void) | undefined;
};

/** The field for a new message. Enter sends it, Shift+Enter begins a new line. */
export function Composer({ draftOf, onSend, onEditLast, onTyping, onStop }: ComposerProps): ReactElement {
  const [draft = "", setDraft] = useKeptText(draftOf, "message");
  const [sender, setSender] = useState<Sender>("user");
  const field = useRef<HTMLTextAreaElement>(null);

  // On a touch screen the focus would open the keyboard over the conversation.
  useEffect(() => {
    if (matchMedia("(hover: hover)").matches) field.current?.focus();
  }, []);

  const idle = useRef<ReturnType<typeof setTimeout>>(undefined);
  const tellTyping = (isTyping: boolean): void => {
    clearTimeout(idle.current);
    if (isTyping) idle.current = setTimeout(() => onTyping?.(false), idleMs);
    onTyping?.(isTyping);
  };
  const send = (): void => {
    if (draft.trim() === "") return;
    onSend(draft, sender);
    setDraft(undefined);
    tellTyping(false);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === "ArrowUp" && draft === "" && onEditLast) {
      event.preventDefault();
      onEditLast();
    }
  };
  return (
    <form
      className="composer"
      aria-label="New message"
      onSubmit={(event) => {
        event.preventDefault();
        send();
        field.current?.focus();
      }}
    >
      <GrowingText
        ref={field}
        data-testid="composer"
        aria-label="Message"
        placeholder={sender === "user" ? "Write a message" : "Write as the assistant"}
        value={draft}
        onChange={(event) => {
          setDraft(event.target.value || undefined);
          tellTyping(event.target.value !== "");
        }}
        onKeyDown={onKeyDown}
      />
      <div className="composer-foot">
        <SenderSwitch sender={sender} onChange={setSender} />
        <span className="key-hint">Enter sends, Shift+Enter begins a new line</span>
        {onStop && (
          <IconButton
            icon="stop"
            label="Stop the answer"
            className="stop"
            data-testid="stop"
            onClick={onStop}
          />
        )}
        <IconButton icon="send" label="Send" type="submit" className="send" disabled={draft.trim() === ""} />
      </div>
    </form>
  );
}
