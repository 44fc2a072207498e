import type { Verb } from "./verb.ts";

/** Every verb by its name, in the order of the usage. */
export const verbs: ReadonlyMap<string, Verb> = new Map<string, Verb>([
  [
    "serve",
    {
      parameters: [],
      purpose: "run the server until SIGTERM, SIGINT or SIGHUP; the verb that is meant where none is named",
      load: () => import("./serve.ts"),
    },
  ],
  [
    "backup",
    {
      parameters: ["FILE"],
      options: ["force"],
      purpose: "copy the database to FILE while the server runs; --force replaces a FILE that exists",
      load: () => import("./backup.ts"),
    },
  ],
  [
    "restore",
    {
      parameters: ["FILE"],
      purpose: "put a backup in the place of the database while no server runs; the old one is kept",
      load: () => import("./restore.ts"),
    },
  ],
  [
    "check",
    {
      parameters: ["[FILE]"],
      purpose: "read the database, or FILE, and say what is wrong with it: exit code 0 if nothing is, else 1",
      load: () => import("./check.ts"),
    },
  ],
]);

/** The verb of a command line that names none. */
export const defaultVerb = "serve";
