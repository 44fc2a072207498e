/** The name of a sender on the page. */
export function senderName(sender: string): string {
  return sender === "user" ? "You" : sender.charAt(0).toUpperCase() + sender.slice(1);
}
