import { createClient } from "../../client-sdk/src/index.ts";

/** A new session of a server, and a way to write to it without any proxy. */
export async function makeSession(url: string): Promise<{
  sessionId: string;
  say: (content: string) => Promise<unknown>;
  remove: () => Promise<unknown>;
}> {
  const client = createClient({ url });
  const { id: sessionId } = await client.session.create.mutate({});
  return {
    sessionId,
    say: (content) => client.message.add.mutate({ session_id: sessionId, content, sender: "user" }),
    remove: () => client.session.delete.mutate({ session_id: sessionId }),
  };
}
