import type { ReactElement } from "react";
import { useRef } from "react";
import { focusAtEnd } from "./focus-at-end.ts";
import { GrowingText } from "./growing-text.tsx";

type MessageEditorProps = {
  text: string;
  /** The content of the message after somebody else's change. */
  newer: string | undefined;
  onChange: (text: string) => void;
  onSave: () => void;
  onCancel: () => void;
};

/** The editor of a message: Enter saves it, Shift+Enter begins a new line, Escape discards the edit. */
export function MessageEditor({ text, newer, onChange, onSave, onCancel }: MessageEditorProps): ReactElement {
  const saveButton = useRef<HTMLButtonElement>(null);
  const canSave = text.trim() !== "";
  const isOvertaken = newer !== undefined;
  const onEnter = (): void => {
    // A key that was pressed before the other change was visible must not overwrite that change.
    if (isOvertaken) saveButton.current?.focus();
    else if (canSave) onSave();
  };
  return (
    <div className="message-editor">
      <GrowingText
        ref={focusAtEnd}
        data-testid="editor"
        aria-label="Edited message"
        value={text}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") onCancel();
          if (event.key !== "Enter" || event.shiftKey) return;
          event.preventDefault();
          onEnter();
        }}
      />
      {isOvertaken && (
        <div className="newer" role="alert">
          <p>This message was changed meanwhile. It says now:</p>
          <p className="newer-text">{newer}</p>
        </div>
      )}
      <div className="editor-buttons">
        <button type="button" className="button" onClick={onCancel}>
          {isOvertaken ? "Discard mine" : "Cancel"}
        </button>
        <button
          ref={saveButton}
          type="button"
          className="button primary"
          disabled={!canSave}
          onClick={onSave}
        >
          {isOvertaken ? "Replace with mine" : "Save"}
        </button>
      </div>
    </div>
  );
}
