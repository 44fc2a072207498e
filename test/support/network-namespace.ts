import { execFileSync } from "node:child_process";
import { onTestFinished } from "vitest";

/** Another machine, as far as the network goes (Linux, root, iproute2 and iptables). */
export type OtherMachine = {
  /** This machine's address to it. */
  here: string;
  /** The words before a command that is to run there. */
  prefix: readonly string[];
  /** From now on no packet gets there or comes back. */
  loseAllPackets(): void;
};

const name = `ai-desk-${process.pid}`;
const veth = `ad${process.pid}`;
// One of the address blocks for tests of networks.
const block = `198.18.${process.pid % 256}`;

/** @returns undefined where none can be made */
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
  // The cable by itself: the namespace stays for as long as the system tries to reach somebody from there.
  for (const command of [
    ["ip", "link", "del", veth],
    ["ip", "netns", "del", name],
  ]) {
    try {
      run(...command);
    } catch {
      // It was not made.
    }
  }
}
