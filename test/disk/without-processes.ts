/**
 * A command that can start threads, and no process: the system refuses with `error`.
 *
 * @param from the first process that is refused, by its number among those that it starts
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
