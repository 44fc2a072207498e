// Plain JavaScript, for whatever Node npm runs: builds the page into `dist`, from where the server serves it at `/app`.
import { mkdtempSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

// Vite takes the build of React from it.
process.env.NODE_ENV = "production";

const here = fileURLToPath(new URL(".", import.meta.url));
const vite = await import("vite").catch(() => undefined);
if (!vite) {
  console.error(
    "The page at /app is not built: Vite is missing, or needs a newer Node. Install it with `npm ci`, without --omit=dev.",
  );
  process.exit(1);
}

// A server that reads the folder meanwhile finds the old page or the new one, and no half of one.
const draft = mkdtempSync(join(here, ".draft-"));
const output = join(here, "dist");
try {
  await vite.build({
    configFile: join(here, "vite.config.ts"),
    logLevel: "warn",
    build: { outDir: draft },
  });
  rmSync(output, { recursive: true, force: true });
  renameSync(draft, output);
} finally {
  rmSync(draft, { recursive: true, force: true });
}
