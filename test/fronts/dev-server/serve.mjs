import { createRequire } from "node:module";
import webpack from "webpack";
import WebpackDevServer from "webpack-dev-server";

// The documented configuration, as a project has it.
const { devServer } = createRequire(import.meta.url)("./webpack.config.cjs");
const compiler = webpack({ mode: "development", entry: "./page.js", context: import.meta.dirname });
const options = {
  ...devServer,
  host: "127.0.0.1",
  port: Number(process.argv[2]),
  hot: false,
  liveReload: false,
  // The clients of this test name no origin, as browsers do: the development server demands one of all but these.
  allowedHosts: "all",
};
await new WebpackDevServer(options, compiler).start();
