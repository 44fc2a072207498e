import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { useConsumer } from "./support/consumer.ts";
import type { Compiler } from "./support/hovers.ts";
import { Hovers } from "./support/hovers.ts";

const project = useConsumer("typescript-5.9@npm:typescript@5.9.3");

const program = `
import { createChat, createClient } from "@ai-desk/client";
const client = createClient({ url: "http://localhost" });
const message = await client.message.add.mutate({ session_id: "s", content: "Hello", sender: "user" });
const page = await client.message.list.query({ session_id: "s" });
const session = await client.session.get.query({ session_id: "s" });
const head = await client.session.update.mutate({ session_id: "s", title: "T" });
const sessions = await client.session.list.query();
const first = sessions.items[0];
const health = await client.health.query();
client.session.onEvent.subscribe({ session_id: "s" }, { onData({ data: event }) { event; } });
client.session.onListEvent.subscribe({}, { onData({ data: change }) { change; } });
const snapshot = createChat({ url: "http://localhost" }).session("s").getSnapshot();
const shown = snapshot.messages;
`;

function open(text: string): Hovers {
  project.write("hovers.ts", text);
  const compiler = createRequire(join(project.folder, "package.json"))("typescript-5.9") as Compiler;
  return new Hovers(compiler, project.folder, "hovers.ts", text);
}

test("a hover shows the names of the contract, and not what they are made of", () => {
  const hovers = open(program);
  const shown = (name: string) => hovers.over(name).text.replace(/^.*?: /, "");
  expect(shown("message")).toBe("Message");
  expect(shown("page")).toBe("MessagePage");
  expect(shown("session")).toBe("Session");
  expect(shown("head")).toBe("SessionHead");
  expect(shown("sessions")).toBe("SessionPage");
  expect(shown("first")).toBe("ListedSession");
  expect(shown("health")).toBe("Health");
  expect(shown("event")).toBe("LiveEvent");
  expect(shown("change")).toBe("ListEvent");
  expect(shown("snapshot")).toBe("SessionSnapshot");
  expect(shown("shown")).toBe("readonly ShownMessage[]");
});

/** Fields of types that stand for all that are told. */
const fields = {
  Message: ["id", "session_id", "content", "sender", "timestamp", "key", "seq"],
  Session: ["id", "title", "created_at", "messages"],
  ListedSession: ["activity_seq", "last_message", "messages"],
  LiveMessageDeletedEvent: ["type", "seq", "prev", "message_id", "key"],
  ListSnapshotEvent: ["epoch", "sessions", "next_cursor"],
  Health: ["status", "name", "version", "contract_version", "max_message_chars"],
  AddMessageInput: ["session_id", "content", "sender", "timestamp", "key"],
  UpdateMessageInput: ["message_id", "key", "content", "if_seq"],
  DeleteMessageInput: ["message_id", "key", "if_seq"],
  ListMessagesInput: ["before", "after", "cursor", "limit", "order"],
  CreateSessionInput: ["id", "title", "created_at"],
  ListSessionsInput: ["cursor", "limit", "messages", "order"],
  OnEventInput: ["session_id", "lastEventId", "limit", "max_missed"],
};

test("a hover over a field or a procedure shows its sentence", () => {
  const reads = Object.entries(fields).flatMap(([type, names]) =>
    names.map((name) => `declare const of${type}_${name}: Contract.${type}; of${type}_${name}.${name};`),
  );
  const start = 'import type * as Contract from "@ai-desk/client";\ndeclare const client: Contract.Client;\n';
  const hovers = open(
    `${start}client.health; client.message.add; client.session.onEvent;\n${reads.join("\n")}\n`,
  );
  for (const name of ["health", "add", "onEvent"]) expect(hovers.over(`.${name}`).sentence).toMatch(/\.$/);
  for (const [type, names] of Object.entries(fields)) {
    for (const name of names) {
      expect(hovers.over(`of${type}_${name}.${name}`).sentence, `${type}.${name}`).toMatch(/\.$/);
    }
  }
});
