import { backUp } from "../../db/sqlite/copies/backup.ts";
import { restore } from "../../db/sqlite/copies/restore.ts";

/** Backs up or restores: `backup FILE TO` or `restore FROM FILE`. */
const [verb, one = "", other = ""] = process.argv.slice(2);
if (verb === "backup") await backUp({ file: one, to: other, force: true });
else await restore({ from: one, file: other, now: new Date("2025-11-30T23:59:58.000Z") });
process.exit(0);
