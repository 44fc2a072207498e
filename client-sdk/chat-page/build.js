// Plain JavaScript, for any Node that npm may run: builds the page into `dist`. The server serves it from there at
// `/app`.
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { putInPlace, removeOldDrafts } from "./put-in-place.js";

// Vite chooses the build of React by this variable.
process.env.NODE_ENV = "production";

const here = fileURLToPath(new URL(".", import.meta.url));
const vite = await import("vite").catch(() => undefined);
if (!vite) {
  console.error(
    "The page at /app is not built: Vite is missing, or needs a newer Node. Install it with `npm ci`, without --omit=dev.",
  );
  process.exit(1);
}

removeOldDrafts(here);
const draft = mkdtempSync(join(here, ".draft-"));
try {
  await vite.build({
    configFile: join(here, "vite.config.ts"),
    logLevel: "warn",
    build: { outDir: draft },
  });
  putInPlace(draft, join(here, "dist"));
} finally {
  rmSync(draft, { recursive: true, force: true });
}
