import type { PageFiles } from "../../../chat-page/support/built-page.ts";
import { buildProgram } from "../../react/support/build-program.ts";

const html =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Chat</title><body><div id="root"></div>';

/** The page of an app whose server is at its own origin. */
export async function buildApp(main: string): Promise<PageFiles> {
  const body = await buildProgram(main);
  return new Map([
    ["/app", { type: "text/html", body: `${html}<script type="module" src="main.js"></script>` }],
    ["/main.js", { type: "text/javascript", body }],
  ]);
}
