import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { makeTemporaryFolder } from "../support/temporary-folder.ts";

const repository = resolve(import.meta.dirname, "../..");

type SmallSystem = {
  /** Runs a command to its end with the repository, at /app, as its working directory. */
  run(...command: string[]): { status: number | null; stdout: string; stderr: string };
};

/**
 * A root file system that holds a shell, the given Nodes (by name, as /nodes/NAME), the libraries that those need but for
 * libatomic, and the repository. @returns why there can be none, if so.
 */
export function makeSmallSystem(nodes: Record<string, string>): SmallSystem | string {
  const root = makeTemporaryFolder();
  const isolate = ["--user", "--map-root-user", "--mount"];
  if (spawnSync("unshare", [...isolate, "true"]).status !== 0) return "unshare is not allowed here";
  for (const folder of ["app", "bin", "nodes", "tmp", "dev"]) mkdirSync(join(root, folder));
  const binaries = Object.entries(nodes).map(([name, file]) => ({ file, at: join(root, "nodes", name) }));
  for (const name of ["sh", "env"]) binaries.push({ file: `/bin/${name}`, at: join(root, "bin", name) });
  for (const { file, at } of binaries) {
    copyFileSync(file, at);
    for (const library of librariesOf(file)) {
      if (basename(library).startsWith("libatomic")) continue;
      mkdirSync(dirname(join(root, library)), { recursive: true });
      copyFileSync(library, join(root, library));
    }
  }
  const enter =
    'mount --bind "$1" "$2/app" && mount --bind /dev/null "$2/dev/null" && root="$2" && shift 2 && ' +
    'exec chroot "$root" /bin/sh -c \'cd /app && exec "$@"\' sh "$@"';
  writeFileSync(join(root, "dev/null"), "");
  return {
    run(...command) {
      const { status, stdout, stderr } = spawnSync(
        "unshare",
        [...isolate, "/bin/sh", "-c", enter, "sh", repository, root, ...command],
        { encoding: "utf8", env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" } },
      );
      return { status, stdout, stderr };
    },
  };
}

function librariesOf(file: string): string[] {
  const { stdout } = spawnSync("ldd", [file], { encoding: "utf8" });
  return [...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, library = ""]) => library);
}
