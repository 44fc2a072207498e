import { execFileSync } from "node:child_process";
import { onTestFinished } from "vitest";

/** Another machine on the network, simulated (Linux, root, iproute2 and iptables). */
export type OtherMachine = {
  /** The address of this machine, as the other one sees it. */
  here: string;
  /** The words before a command that is to run on the other machine. */
  prefix: readonly string[];
  /** From now on no packet passes in either direction. */
  loseAllPackets(): void;
};

const name = `ai-desk-${process.pid}`;
const veth = `ad${process.pid}`;
// One of the address blocks that are reserved for network tests.
const block = `198.18.${process.pid % 256}`;

/** @returns undefined if none can be made */
export function makeOtherMachine(): OtherMachine | undefined {
  const here = `${block}.1`;
  const inside = ["ip", "netns", "exec", name];
  try {
    run("ip", "netns", "add", name);
    run("ip", "link", "add", veth, "type", "veth", "peer", "name", "peer", "netns", name);
    run("ip", "addr", "add", `${here}/24`, "dev", veth);
    run("ip", "link", "set", veth, "up");
    run(...inside, "ip", "addr", "add", `${block}.2/24`, "dev", "peer");
    run(...inside, "ip", "link", "set", "peer", "up");
    run(...inside, "iptables", "-L");
  } catch {
    remove();
    return undefined;
  }
  onTestFinished(remove);
  return {
    here,
    prefix: inside,
    loseAllPackets() {
      for (const chain of ["INPUT", "OUTPUT"]) run(...inside, "iptables", "-A", chain, "-j", "DROP");
    },
  };
}

function run(command = "", ...args: string[]): void {
  execFileSync(command, args, { stdio: "ignore" });
}

function remove(): void {
  // Only the link is removed: the namespace stays as long as the system tries to reach a peer from there.
  for (const command of [
    ["ip", "link", "del", veth],
    ["ip", "netns", "del", name],
  ]) {
    try {
      run(...command);
    } catch {
      // It was not created.
    }
  }
}
