import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";

const page = "index.html";

/**
 * Moves a built page to the folder from which it is served. The files of each build have unique names, so the new files
 * are put beside the old ones, and the page that names them is put last. At every moment there is a page with all of
 * its files. The files of the previous page stay until the next build, for a server that reads them meanwhile.
 *
 * @param {string} draft
 * @param {string} output
 */
export function putInPlace(draft, output) {
  const replaced = existsSync(join(output, page)) ? readFileSync(join(output, page), "utf8") : "";
  const built = filesOf(draft);
  for (const file of [...built.filter((name) => name !== page), page]) {
    mkdirSync(dirname(join(output, file)), { recursive: true });
    renameSync(join(draft, file), join(output, file));
  }
  for (const file of filesOf(output))
    if (!built.includes(file) && !replaced.includes(file)) rmSync(join(output, file), { force: true });
}

const oldMs = 3_600_000;

/**
 * A build that is killed leaves its draft behind.
 *
 * @param {string} folder
 */
export function removeOldDrafts(folder) {
  for (const name of readdirSync(folder).filter((entry) => entry.startsWith(".draft-"))) {
    const { mtimeMs } = statSync(join(folder, name), { throwIfNoEntry: false }) ?? {};
    if (mtimeMs !== undefined && mtimeMs < Date.now() - oldMs)
      rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** @param {string} folder */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
    .map((name) => name.replaceAll("\\", "/"));
}
