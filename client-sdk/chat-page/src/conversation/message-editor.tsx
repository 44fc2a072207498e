import type { ReactElement } from "react";
import { useState } from "react";
import { focusAtEnd } from "./focus-at-end.ts";
import { GrowingText } from "./growing-text.tsx";

type MessageEditorProps = { content: string; onSave: (content: string) => void; onCancel: () => void };

/** A message that is being edited: Enter saves it, Shift+Enter begins a new line, Escape leaves it as it was. */
export function MessageEditor({ content, onSave, onCancel }: MessageEditorProps): ReactElement {
  const [text, setText] = useState(content);
  const canSave = text.trim() !== "";
  const save = (): void => {
    if (canSave) onSave(text);
  };
  return (
    <div className="message-editor">
      <GrowingText
        ref={focusAtEnd}
        data-testid="editor"
        aria-label="Edited message"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return;
          if (event.key === "Escape") onCancel();
          if (event.key !== "Enter" || event.shiftKey) return;
          event.preventDefault();
          save();
        }}
      />
      <div className="editor-buttons">
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="button" className="button primary" disabled={!canSave} onClick={save}>
          Save
        </button>
      </div>
    </div>
  );
}
