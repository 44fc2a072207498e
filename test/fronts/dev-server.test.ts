import { expect, test } from "vitest";
import { ScratchProject } from "../support/scratch-project.ts";
import { startServer } from "../support/start-server.ts";
import { expectConversation, expectLivingStreams } from "./conversation.ts";
import { readBlock } from "./fronts.ts";
import { addressOf, findFreePort, startProgram } from "./start-front.ts";

test(
  "behind webpack's development server the page and the API have one origin, and every door works",
  {
    timeout: 240_000,
  },
  async () => {
    const project = new ScratchProject();
    project.copy("test/fronts/dev-server");
    await project.runWell("npm", ["ci", "--ignore-scripts", "--prefer-offline", "--no-audit", "--no-fund"]);
    const server = await startServer({ PING_SECONDS: "1", POLL_SECONDS: "1" });
    const upstream = new URL(server.url).host;
    project.write("webpack.config.cjs", readBlock("js").replaceAll("127.0.0.1:8000", upstream));
    project.write("page.js", "document.title = 'a page';\n");
    const port = await findFreePort();
    await startProgram(process.execPath, ["serve.mjs", String(port)], { port, cwd: project.folder });
    const address = addressOf(port, "");
    expect(await (await fetch(`${address.url}/main.js`)).text()).toContain("a page");
    await expectConversation(address);
    await expectLivingStreams(address, { beats: 3 });
  },
);
