/**
 * Parses the text of an event stream in pieces (HTML standard, §9.2.6), and reports the events of each piece together.
 */
export function createEventStreamParser(
  onEvents: (events: readonly { id: string; data: string }[]) => void,
): (text: string) => void {
  // A large event arrives in many pieces. Each piece is searched once, and they are joined at the end.
  let pieces: string[] = [];
  let id = "";
  let data: string[] = [];
  return function take(text) {
    const end = text.lastIndexOf("\n") + 1;
    if (end === 0) {
      pieces.push(text);
      return;
    }
    const lines = (pieces.join("") + text.slice(0, end - 1)).split("\n");
    pieces = [text.slice(end)];
    const events: { id: string; data: string }[] = [];
    for (const line of lines) readLine(line.endsWith("\r") ? line.slice(0, -1) : line, events);
    if (events.length > 0) onEvents(events);
  };

  function readLine(line: string, events: { id: string; data: string }[]): void {
    if (line === "") {
      if (data.length > 0) events.push({ id, data: data.join("\n") });
      data = [];
      return;
    }
    const [, name, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
    if (name === "id") id = value;
    if (name === "data") data.push(value);
  }
}
