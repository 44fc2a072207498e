import { createChat } from "../../../../client-sdk/src/index.ts";
import { createFileStorage } from "../../../../client-sdk/src/chat/storage/file-storage.ts";
import { serveReplies } from "../../../../client-sdk/src/worker/index.ts";

// A program that answers each message with the numbers from 0 on, as many as the message says, one each 5 ms.
const [url = "", file = "", writer = ""] = process.argv.slice(2);

serveReplies(createChat({ url, storage: createFileStorage(file) }), {
  writer,
  async *reply({ messages }) {
    const count = Number(messages.at(-1)?.content);
    for (let number = 0; number < count; number += 1) {
      yield `${number} `;
      await new Promise((later) => setTimeout(later, 5));
    }
  },
});
