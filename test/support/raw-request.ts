import { once } from "node:events";
import { connect } from "node:net";

export type RawAnswer = { status: number; headers: Record<string, string>; body: string };

/**
 * Sends bytes that no HTTP client would send, and reads the first answer until the server closes the connection. The
 * request should ask for that (`Connection: close`).
 */
export async function sendRaw(url: string, bytes: string | Buffer): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, "connect");
  // A server that refuses early may close while these bytes are still in transit.
  socket.on("error", () => undefined);
  socket.write(bytes);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  return parseAnswer(Buffer.concat(chunks).toString());
}

/** The answer at the beginning of a server's bytes. */
export function parseAnswer(text: string): RawAnswer {
  const end = text.indexOf("\r\n\r\n");
  const [statusLine = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const body = text.slice(end + 4);
  return {
    status: Number(statusLine.split(" ")[1]),
    headers: Object.fromEntries(headers),
    body: /^transfer-encoding: *chunked$/im.test(text.slice(0, end)) ? joinChunks(body) : body,
  };
}

/** The content of a chunked body (RFC 9112 §7.1). The sizes count bytes. */
function joinChunks(body: string): string {
  let rest = Buffer.from(body);
  const chunks: Buffer[] = [];
  for (;;) {
    const lineEnd = rest.indexOf("\r\n");
    const size = Number.parseInt(rest.subarray(0, lineEnd).toString(), 16);
    if (!(size > 0)) return Buffer.concat(chunks).toString();
    chunks.push(rest.subarray(lineEnd + 2, lineEnd + 2 + size));
    rest = rest.subarray(lineEnd + 2 + size + 2);
  }
}
