import type { ReactElement } from "react";
import { focusAtEnd } from "./focus-at-end.ts";

type TitleEditorProps = {
  text: string;
  isRefused: boolean;
  onChange: (text: string) => void;
  onSave: () => void;
  onCancel: () => void;
};

/** The editor of a title: Enter, or leaving the field, saves the text; Escape does not. */
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
        // Otherwise the button that gets the focus next would receive the key too.
        event.preventDefault();
        onSave();
      }}
    />
  );
}

/** An editor that reopens with a refused title does not take the focus from another field. */
function focusUnlessElsewhere(field: HTMLInputElement | null): void {
  if (document.activeElement === document.body) focusAtEnd(field);
}
