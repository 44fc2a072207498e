import type { ReactElement } from "react";
import { useState } from "react";
import { focusAtEnd } from "./focus-at-end.ts";

type TitleEditorProps = { title: string; onSave: (title: string) => void; onCancel: () => void };

/** A title that is being edited: Enter or leaving the field saves it, Escape does not. */
export function TitleEditor({ title, onSave, onCancel }: TitleEditorProps): ReactElement {
  const [text, setText] = useState(title);
  const save = (): void => {
    if (text.trim() === "") onCancel();
    else onSave(text.trim());
  };
  return (
    <input
      ref={focusAtEnd}
      className="title-editor"
      data-testid="editor"
      aria-label="Title"
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") save();
        if (event.key === "Escape") onCancel();
      }}
    />
  );
}
