import type { ReactElement } from "react";
import { useState } from "react";
import { focusAtEnd } from "./focus-at-end.ts";

type TitleEditorProps = { title: string; onSave: (title: string) => void; onCancel: () => void };

/** A title that is being edited: Enter or leaving the field saves what was written, Escape does not. */
export function TitleEditor({ title, onSave, onCancel }: TitleEditorProps): ReactElement {
  // Until something is written, the field shows the title as it is now: it may be renamed elsewhere meanwhile.
  const [written, setWritten] = useState<string>();
  const text = written ?? title;
  const save = (): void => {
    const next = written?.trim() ?? "";
    if (next === "" || next === title) onCancel();
    else onSave(next);
  };
  return (
    <input
      ref={focusAtEnd}
      className="title-editor"
      data-testid="editor"
      aria-label="Title"
      value={text}
      onChange={(event) => setWritten(event.target.value)}
      onBlur={save}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") save();
        if (event.key === "Escape") onCancel();
      }}
    />
  );
}
