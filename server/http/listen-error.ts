/** An address on which the server cannot listen. The message names the setting and the remedy. */
export class ListenError extends Error {
  override readonly name = "ListenError";
}

/** The error with a sentence for the operator. */
export function toListenError(
  error: NodeJS.ErrnoException,
  { host, port }: { host: string; port: number },
): ListenError {
  return new ListenError(describe(error, host, port), { cause: error });
}

function describe({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  switch (code ?? "") {
    case "EADDRINUSE":
      return `Port ${port} of ${host} is taken: set PORT to another, or to 0 for any.`;
    case "EACCES":
      return `PORT is ${port}, which this user may not take: set PORT to 1024 or more, or to 0 for any.`;
    case "EADDRNOTAVAIL":
      return `HOST is ${host}, which is no address of this machine: set HOST to one that is, such as 127.0.0.1, or to 0.0.0.0 for all.`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `HOST is ${host}, a name for which no address is found (${code}): set HOST to an address, such as 127.0.0.1 or 0.0.0.0.`;
    case "EAFNOSUPPORT":
      return `HOST is ${host}, and this machine has no addresses of that kind: set HOST to another, such as 127.0.0.1.`;
    default:
      return `It is not possible to listen on HOST ${host}, PORT ${port} (${message}): set them to others.`;
  }
}
