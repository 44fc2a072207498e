/** A ref that gives a text field the focus when it appears, with the caret after its text. */
export function focusAtEnd(field: HTMLInputElement | HTMLTextAreaElement | null): void {
  if (!field) return;
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}
