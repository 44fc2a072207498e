/** Gives each block of a stream of server-sent events on, whole. */
export function splitServerSentEvents(onBlock: (block: Buffer) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let begin = 0;
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n", begin)) {
      onBlock(rest.subarray(begin, end));
      begin = end + 2;
    }
    rest = rest.subarray(begin);
  };
}
