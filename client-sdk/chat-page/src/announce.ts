/** Has a screen reader say a text when it is done with what it says now. */
export function announce(text: string): void {
  const region = document.querySelector("#announcements");
  if (region) region.textContent = text;
}
