/** One of the server-sent events, as its lines have it. */
export type StreamedEvent = { name: string | undefined; id: string | undefined; data: string | undefined };

/** Takes the text of an event stream piece by piece and tells of each event that is whole. Comments are none. */
export function createEventStreamParser(onEvent: (event: StreamedEvent) => void): (text: string) => void {
  // A piece may be one of many of a large event: it is searched for its end once, and joined when it is there.
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
