/** A text such as `2 sessions and 1 message`. */
export function describeContent({ sessions, messages }: { sessions: number; messages: number }): string {
  return `${count(sessions, "session")} and ${count(messages, "message")}`;
}

function count(number: number, name: string): string {
  return `${number} ${name}${number === 1 ? "" : "s"}`;
}
