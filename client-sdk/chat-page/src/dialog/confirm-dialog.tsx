import type { ReactElement } from "react";
import { useLayoutEffect, useRef } from "react";
import type { Question } from "./confirm.tsx";

/** The browser's own modal dialog: it keeps the focus inside, closes with Escape, and gives the focus back. */
export function ConfirmDialog({
  question,
  onClose,
}: {
  question: Question;
  onClose: () => void;
}): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  // If it is closed before it leaves the page, it returns the focus.
  useLayoutEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="dialog"
      aria-labelledby="question"
      aria-describedby="question-text"
      onCancel={onClose}
    >
      <h2 id="question">{question.title}</h2>
      <p id="question-text">{question.text}</p>
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className="button danger"
          data-testid="confirm"
          onClick={() => {
            onClose();
            question.onConfirm();
          }}
        >
          {question.action}
        </button>
      </div>
    </dialog>
  );
}
