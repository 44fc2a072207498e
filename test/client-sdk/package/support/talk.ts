import type { ScratchProject } from "../../../support/scratch-project.ts";

/** A conversation over all that the main entry has: it prints the message, its delivery and the session's title. */
const talk = `
import { createChat, isClientError } from "@ai-desk/client";
export async function talk(url, WebSocket, storage) {
  const chat = createChat({ url, ...(WebSocket && { WebSocket }), ...(storage && { storage }) });
  const { id } = await chat.rpc.session.create.mutate({ title: "Packed" });
  const code = await chat.rpc.session.create.mutate({ id }).catch((error) => isClientError(error) && error.data.code);
  const session = chat.session(id);
  const message = await new Promise((resolve, reject) => {
    session.subscribe(() => {
      const found = session.getSnapshot().messages.find(({ delivery }) => delivery === "sent");
      if (found && session.getSnapshot().status === "live") resolve(found);
    });
    session.send("Hello").catch(reject);
  });
  await chat.drain();
  await chat.close();
  return [message.content, message.delivery, session.getSnapshot().title, code].join(" ");
}
`;

/** The result of the conversation. */
export const talked = "Hello sent Packed CONFLICT";

const asCommonJs = talk
  .replace(/import (.*) from (.*);/, "const $1 = require($2);")
  .replace("export async function", "exports.talk = talk;\nasync function");

/** Writes the conversation, and programs that have it with the server that their argument names. */
export function writeTalk(project: ScratchProject): void {
  project.write("talk.mjs", talk);
  project.write("talk.cjs", asCommonJs);
  const run = 'import { talk } from "./talk.mjs";\nconsole.log(await talk(process.argv[2]';
  project.write("with-own-socket.mjs", `${run}));`);
  project.write(
    "with-file.mjs",
    `import { createFileStorage } from "@ai-desk/client/file-storage";\n${run}, undefined, createFileStorage("kept.json")));`,
  );
  project.write("with-ws.mjs", `import { WebSocket } from "ws";\n${run}, WebSocket));`);
  project.write(
    "with-ws.cjs",
    'require("./talk.cjs").talk(process.argv[2], require("ws").WebSocket).then(console.log);',
  );
}
