import type { Door, WireError } from "../support/doors.ts";
import { openDoors } from "../support/doors.ts";
import { openChat } from "../support/readers.ts";

/**
 * Every door twice, for a session to which several clients send at once. The plain WebSocket shows everybody's
 * messages, so its answer to a send is the frame with that key, or the next error.
 */
export async function openKeyedDoors(server: { url: string; wsUrl: string }): Promise<Door[]> {
  const sets = await Promise.all([openDoors(server), openDoors(server)]);
  const doors = sets.flat().filter(({ name }) => name !== "plain WebSocket");
  return [...doors, plainWebSocket(server.wsUrl), plainWebSocket(server.wsUrl)];
}

function plainWebSocket(wsUrl: string): Door {
  const chats = new Map<string, ReturnType<typeof openChat>>();
  return {
    name: "plain WebSocket",
    async send(sessionId, fields, key) {
      const opening = chats.get(sessionId) ?? openChat(wsUrl, sessionId);
      chats.set(sessionId, opening);
      const { socket, frames } = await opening;
      const seen = frames.items.length;
      socket.send(JSON.stringify({ ...fields, key }));
      let answer: (typeof frames.items)[number] | undefined;
      await frames.until((all) => {
        answer = all.slice(seen).find(({ message, error }) => error !== undefined || message?.key === key);
        return answer !== undefined;
      });
      if (answer?.error) return { error: answer.error as WireError };
      const { id = 0, content = "" } = answer?.message ?? {};
      return { message: { id, session_id: sessionId, content, ...(key !== undefined && { key }) } };
    },
  };
}
