import type { ReactElement } from "react";
import { focusAtEnd } from "./focus-at-end.ts";

type TitleEditorProps = {
  text: string;
  isRefused: boolean;
  onChange: (text: string) => void;
  onSave: () => void;
  onCancel: () => void;
};

/** A title that is being edited: Enter or leaving the field saves what was written, Escape does not. */
export function TitleEditor({ text, isRefused, onChange, onSave, onCancel }: TitleEditorProps): ReactElement {
  return (
    <input
      ref={focusUnlessElsewhere}
      className="title-editor"
      data-testid="editor"
      aria-label="Title"
      aria-invalid={isRefused}
      value={text}
      onChange={(event) => onChange(event.target.value)}
      onBlur={onSave}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Escape") onCancel();
        if (event.key !== "Enter") return;
        // The button that has the focus next would take the key too.
        event.preventDefault();
        onSave();
      }}
    />
  );
}

/** An editor that opens again with a refused title takes the focus from nobody who writes somewhere else by then. */
function focusUnlessElsewhere(field: HTMLInputElement | null): void {
  if (document.activeElement === document.body) focusAtEnd(field);
}
