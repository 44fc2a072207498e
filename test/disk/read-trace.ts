/** A file handle and its target: a path, or a name such as `socket:[4711]`. */
export type Handle = { fd: number; target: string };

/** The system calls that concern a disk or the outside, in their order. */
export type Call =
  | { kind: "open"; handle: Handle; creates: boolean; truncates: boolean }
  | { kind: "write"; handle: Handle; offset: number; data: Uint8Array }
  | { kind: "send"; handle: Handle; data: Uint8Array }
  | { kind: "truncate"; handle: Handle; size: number }
  | { kind: "sync"; handle: Handle }
  | { kind: "close"; handle: Handle }
  | { kind: "unlink"; path: string }
  | { kind: "rename"; from: string; to: string }
  /** Another way to write, which the reader does not interpret: see {@link unreadCalls}. */
  | { kind: "unread"; call: string; target: string }
  /** A failed call, which had no effect. */
  | { kind: "failure"; call: string; error: string; target: string; fd: number };

/** The calls that {@link readTrace} reads, under strace's names. */
export const tracedCalls =
  "openat,pwrite64,write,writev,sendto,sendmsg,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat2,close";

/**
 * Other ways to write. SQLite uses none of them; with one of them in it, a trace would not show the data on the disk.
 */
export const unreadCalls = "pwritev,pwritev2,truncate,fallocate,copy_file_range,sendfile,splice";

/**
 * Reads the output of `strace -f -y -xx`. Its strings are hexadecimal, so they contain no separator of strace.
 *
 * @throws if strace has cut off some data
 */
export function* readTrace(trace: Buffer): Generator<Call> {
  const begun = new Map<string, string>();
  for (const line of eachLine(trace)) {
    const { pid = "", rest = "" } = /^(?<pid>\d+) +(?<rest>[^]*)$/.exec(line)?.groups ?? {};
    if (rest.endsWith(" <unfinished ...>")) {
      begun.set(pid, rest.slice(0, -" <unfinished ...>".length));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>/.exec(rest);
    const call = readCall(resumed ? (begun.get(pid) ?? "") + rest.slice(resumed[0].length) : rest);
    if (call) yield call;
  }
}

/** A trace may be longer than a string can be. */
function* eachLine(trace: Buffer): Generator<string> {
  for (let start = 0, end = 0; start < trace.length; start = end + 1) {
    end = trace.indexOf("\n", start);
    if (end < 0) return;
    yield trace.toString("latin1", start, end);
  }
}

function readCall(line: string): Call | undefined {
  const open = line.indexOf("(");
  const equals = line.lastIndexOf(" = ");
  const close = line.lastIndexOf(")", equals);
  // Lines that are not calls: signals and ends of processes.
  if (open < 0 || equals < 0 || !/^\w+$/.test(line.slice(0, open))) return undefined;
  const name = line.slice(0, open);
  const inner = line.slice(open + 1, close);
  const outcome = line.slice(equals + " = ".length);
  const args = inner.split(", ");
  const [first = "", second = "", third = "", fourth = ""] = args;
  const wasKilled = outcome === "?";
  // The peer has received the bytes, and may have killed the process because of them before the call returned.
  if (wasKilled && !/^(?:write|send)/.test(name)) return undefined;
  const result = wasKilled ? Number.MAX_SAFE_INTEGER : Number.parseInt(outcome, 10);
  if (result < 0) {
    const { fd = -1, target = asText(name.endsWith("at") ? second : first) } = readHandle(first) ?? {};
    return { kind: "failure", call: name, error: outcome.split(" ")[1] ?? "", target, fd };
  }
  const handle = readHandle(first) ?? { fd: -1, target: "" };
  switch (name) {
    case "openat": {
      const opened = readHandle(outcome) ?? { fd: result, target: "" };
      const creates = third.includes("O_CREAT");
      return { kind: "open", handle: opened, creates, truncates: third.includes("O_TRUNC") };
    }
    case "pwrite64":
      return { kind: "write", handle, offset: Number(fourth), data: bytes(second).subarray(0, result) };
    case "write":
    case "sendto":
      return { kind: "send", handle, data: bytes(second).subarray(0, result) };
    case "writev":
    case "sendmsg": {
      const parts = inner.matchAll(/iov_base=("(?:\\x..)*")/g);
      return {
        kind: "send",
        handle,
        data: Buffer.concat(Array.from(parts, ([, part = ""]) => bytes(part))).subarray(0, result),
      };
    }
    case "ftruncate":
      return { kind: "truncate", handle, size: Number(second) };
    case "fsync":
    case "fdatasync":
      return { kind: "sync", handle };
    case "close":
      return { kind: "close", handle };
    case "unlink":
      return { kind: "unlink", path: asText(first) };
    case "unlinkat":
      return { kind: "unlink", path: asText(second) };
    case "rename":
      return { kind: "rename", from: asText(first), to: asText(second) };
    case "renameat2":
      return { kind: "rename", from: asText(second), to: asText(fourth) };
    default:
      return { kind: "unread", call: name, target: handle.target || asText(first) };
  }
}

/** A handle as strace's `-y` prints it, such as `22<\x2f\x74…>`. */
function readHandle(shown: string): Handle | undefined {
  const found = /^(?<fd>\d+)<(?<target>[^>]*)>/.exec(shown)?.groups;
  if (!found) return undefined;
  const target = found["target"] ?? "";
  return { fd: Number(found["fd"]), target: target.includes("\\x") ? asText(`"${target}"`) : target };
}

function asText(literal: string): string {
  return bytes(literal).toString();
}

/** @throws if strace has cut off a part */
function bytes(literal: string): Buffer {
  if (!literal.endsWith('"')) throw new Error(`Cut off, or no string: ${literal.slice(-100)}`);
  return Buffer.from(literal.slice(1, -1).replaceAll("\\x", ""), "hex");
}
