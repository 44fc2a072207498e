import { createReadStream } from "node:fs";
import { endianness, platform } from "node:os";
import { createInterface } from "node:readline";

/** The system's data about a TCP connection on which bytes wait for the peer. */
export type Waiting = {
  /** The number of bytes that were passed to the system and are not acknowledged. */
  bytes: number;
  /** How often the system has retransmitted the first of them, or probed for room, since the peer's last packet. */
  tries: number;
};

/** Whether this system can be asked: Linux, whose table has addresses in the byte order of the processor. */
export const canReadKernelSockets = platform() === "linux" && endianness() === "LE";

/**
 * The connections of this machine on which bytes wait for the peer, by {@link connectionKey}. The system's table is
 * read in parts: for ten thousand connections it has 1.5 MB.
 *
 * Rejects if there is no such table (proc(5), `/proc/net/tcp`).
 */
export async function readWaiting(): Promise<Map<string, Waiting>> {
  const waiting = new Map<string, Waiting>();
  for (const table of ["tcp", "tcp6"]) {
    const lines = createInterface({ input: createReadStream(`/proc/self/net/${table}`) });
    for await (const line of lines) {
      const { local = "", remote = "", bytes = "", resent = "", asked = "" } = row.exec(line)?.groups ?? {};
      if (bytes === "" || bytes === "00000000") continue;
      const tries = Math.max(Number.parseInt(resent, 16), Number(asked));
      waiting.set(`${local} ${remote}`, { bytes: Number.parseInt(bytes, 16), tries });
    }
  }
  return waiting;
}

/** A connection that is established, or whose peer has closed its half. */
const row =
  /^ *\d+: (?<local>[\dA-F]+:[\dA-F]{4}) (?<remote>[\dA-F]+:[\dA-F]{4}) 0[18] (?<bytes>[\dA-F]{8}):\S+ \S+ (?<resent>[\dA-F]{8}) +\d+ +(?<asked>\d+) /;

export type Endpoints = {
  localAddress?: string | undefined;
  localPort?: number | undefined;
  remoteAddress?: string | undefined;
  remotePort?: number | undefined;
};

/** A connection's two ends in the form of the table. */
export function connectionKey({ localAddress, localPort, remoteAddress, remotePort }: Endpoints): string {
  return `${endpoint(localAddress, localPort)} ${endpoint(remoteAddress, remotePort)}`;
}

function endpoint(address = "", port = 0): string {
  return `${hexAddress(address)}:${port.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** An address in words of four bytes, each a number in the processor's byte order. */
function hexAddress(address: string): string {
  const bytes = address.includes(":") ? bytesOfIPv6(address) : address.split(".").map(Number);
  let hex = "";
  for (let word = 0; word < bytes.length; word += 4) {
    for (let byte = word + 3; byte >= word; byte -= 1)
      hex += (bytes[byte] ?? 0).toString(16).padStart(2, "0");
  }
  return hex.toUpperCase();
}

function bytesOfIPv6(address: string): number[] {
  // The platform's parser turns a last part in decimals into groups, and does not know zones.
  const normal = URL.parse(`http://[${address.replace(/%.*/, "")}]`)?.hostname.slice(1, -1) ?? "::";
  const [before = "", after = ""] = normal.split("::");
  const [first, last] = [groupsOf(before), groupsOf(after)];
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => 0);
  return [...first, ...zeros, ...last].flatMap((group) => [group >> 8, group & 255]);
}

function groupsOf(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
}
