import { join } from "node:path";
import { defineConfig } from "vite";

const source = join(import.meta.dirname, "../src");

export default defineConfig({
  root: import.meta.dirname,
  build: {
    // One script: a page that has lost the network has the code that it needs then.
    rolldownOptions: { output: { codeSplitting: false }, checks: { moduleLevelDirective: false } },
  },
  resolve: {
    alias: [
      { find: /^@ai-desk\/client\/react$/, replacement: join(source, "react/index.ts") },
      { find: /^@ai-desk\/client$/, replacement: join(source, "index.ts") },
    ],
  },
  experimental: {
    // The page answers at `…/app` and not at `…/app/`, so its own folder is one that it must name. The path before it may be any.
    renderBuiltUrl: (file, { hostType }) => (hostType === "html" ? `app/${file}` : { relative: true }),
  },
});
