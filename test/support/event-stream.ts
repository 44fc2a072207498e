/** A server-sent event, with the values of its lines. */
export type StreamedEvent = { name: string | undefined; id: string | undefined; data: string | undefined };

/** Parses the text of an event stream in pieces, and reports each complete event. Comments are not events. */
export function createEventStreamParser(onEvent: (event: StreamedEvent) => void): (text: string) => void {
  // A large event may come in many pieces. Each piece is searched once for the event's end, and they are joined at the
  // end.
  let pieces: string[] = [];
  let endsWithNewline = false;
  return function take(text) {
    let rest = text;
    if (endsWithNewline && rest.startsWith("\n")) {
      tell(pieces.join(""));
      pieces = [];
      rest = rest.slice(1);
    }
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      tell(pieces.join("") + rest.slice(0, end));
      pieces = [];
      rest = rest.slice(end + 2);
    }
    if (rest !== "") pieces.push(rest);
    endsWithNewline = rest === "" ? endsWithNewline && pieces.length > 0 : rest.endsWith("\n");
  };

  function tell(block: string): void {
    const lines = block.split("\n");
    const field = (name: string): string | undefined =>
      lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
    const event = { name: field("event"), id: field("id"), data: field("data") };
    if (Object.values(event).some((value) => value !== undefined)) onEvent(event);
  }
}
