import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** The reason why Nodes of other versions cannot be fetched for this machine, if there is one. */
export const noNodesHere =
  process.platform === "linux" && ["x64", "arm64"].includes(process.arch)
    ? undefined
    : "npm has packages of Node by version for Linux on x64 and arm64";

/**
 * Unpacks the binaries of Node from npm's platform packages into a folder, one for each version.
 *
 * @returns the files by version; undefined if the registry is unreachable.
 */
export async function fetchNodes(
  folder: string,
  versions: readonly string[],
): Promise<Map<string, string> | undefined> {
  const name = `node-${process.platform}-${process.arch}`;
  const specifiers = versions.map((version) => `${name}@${version}`);
  try {
    await run("npm", ["pack", "--silent", "--prefer-offline", ...specifiers], { cwd: folder });
  } catch (error) {
    if (/EAI_AGAIN|ENOTFOUND|ECONNREFUSED|ENETUNREACH|ETIMEDOUT/.test(String(error))) return undefined;
    throw error;
  }
  const found = versions.map(async (version) => {
    const into = join(folder, version);
    mkdirSync(into);
    await run("tar", ["-xzf", join(folder, `${name}-${version}.tgz`), "-C", into, "package/bin/node"]);
    return [version, join(into, "package/bin/node")] as const;
  });
  return new Map(await Promise.all(found));
}
