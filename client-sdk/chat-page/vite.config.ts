import { join } from "node:path";
import { defineConfig } from "vite";

const source = join(import.meta.dirname, "../src");

export default defineConfig({
  root: import.meta.dirname,
  build: {
    // A single script, so that a page that loses the network already has all its code.
    rolldownOptions: { output: { codeSplitting: false }, checks: { moduleLevelDirective: false } },
  },
  resolve: {
    alias: [
      { find: /^@ai-desk\/client\/([\w-]+)$/, replacement: join(source, "$1/index.ts") },
      { find: /^@ai-desk\/client$/, replacement: join(source, "index.ts") },
    ],
  },
  experimental: {
    // The page is at `…/app` and not at `…/app/`, so it must name its own folder. The path before it may be any.
    renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `app/${file}` : { relative: true }),
  },
});
