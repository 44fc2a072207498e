/**
 * Wraps a command so that it can start threads, but no process: the system refuses with `error`.
 *
 * @param from the number of the first process that is refused, of those that it starts
 */
export function withoutProcesses(error: string, command: string[], { from = 1 } = {}): string[] {
  const calls = "clone,vfork,fork";
  return [
    "strace",
    "-D",
    "-f",
    "-qq",
    "--seccomp-bpf",
    "-o/dev/null",
    `-etrace=${calls}`,
    `-einject=${calls}:error=${error}:when=${from}+`,
    ...command,
  ];
}
