import type { ShownSession, StoreHistory } from "./client-history.ts";
import { maxMessageChars } from "./client-scenario.ts";
import { entriesOf, findStored, keyOf, mayBeUndone } from "./facts.ts";
import type { StoreViolation } from "./store-violation.ts";
import { violation } from "./store-violation.ts";

/** Checks that the stores end with the server's state. */
export function checkEnd(history: StoreHistory): StoreViolation[] {
  return history.clients.flatMap((client) => [
    ...entriesOf(client, "stuck").map((entry) => violation("STUCK", `${entry.chat}: ${entry.with}`)),
    ...entriesOf(client, "settled").flatMap((settled) => [
      ...checkState(history, settled),
      ...checkUnsent(history, settled),
    ]),
    ...entriesOf(client, "list settled").flatMap(({ chat, chatStatus, sessions, hasMore }) => {
      const isSame = JSON.stringify(sessions) === JSON.stringify(history.listed.slice(0, sessions.length));
      const isWhole = hasMore || sessions.length === history.listed.length;
      const wrong = `${chat} lists ${JSON.stringify(sessions)}, and not ${JSON.stringify(history.listed)}`;
      return [
        ...(isSame && isWhole ? [] : [violation("LIST", wrong)]),
        ...(chatStatus === "live" ? [] : [violation("STATUS", `${chat} is ${chatStatus} at the end`)]),
      ];
    }),
  ]);
}

function checkState(history: StoreHistory, settled: ShownSession & { chat: string }): StoreViolation[] {
  const { chat, session, status, rows, hasEarlier, title, error } = settled;
  const found = findStored(history, session);
  const where = `${chat} ${session}`;
  if (!found) {
    return status === "closed" && error === "NOT_FOUND"
      ? []
      : [violation("STATUS", `${where} is ${status}, and the session is gone: ${error}`)];
  }
  if (status !== "live") return [violation("STATUS", `${where} is ${status}: ${error}`)];
  const shown = rows.filter(([, , , delivery]) => delivery === "sent");
  const live = found.messages.filter(({ deleted }) => !deleted);
  const floor = shown[0]?.[1] ?? Number.POSITIVE_INFINITY;
  const due = live
    .filter(({ id }) => id >= floor)
    .map((row) => JSON.stringify([keyOf(row), row.id, row.seq, row.content]));
  const had = shown.map(([key, id, seq, , content]) => JSON.stringify([key, id, seq, content]));
  const wrong = [
    ...had.filter((row) => !due.includes(row)).map((row) => `shows ${row}`),
    ...due.filter((row) => !had.includes(row)).map((row) => `does not show ${row}`),
    ...(had.length === due.length ? [] : [`has ${had.length} messages, and not ${due.length}`]),
    ...(hasEarlier === due.length < live.length ? [] : [`has earlier messages: ${hasEarlier}`]),
    ...(title === found.title ? [] : [`has the title ${title}, and not ${found.title}`]),
  ];
  return wrong.map((what) => violation("STATE", `${where} ${what}`));
}

/** Checks that each unsent message was refused for a valid reason. */
function checkUnsent(
  history: StoreHistory,
  settled: ShownSession & { chat: string; at: number },
): StoreViolation[] {
  const isGone = !findStored(history, settled.session) || mayBeUndone(history, { at: 0 });
  return settled.rows.flatMap(([key, , , delivery, content, reason]) => {
    if (delivery === "sent") return [];
    const what = `${settled.chat} ${settled.session}: ${key} is ${delivery}: ${reason}`;
    if (delivery === "pending") return [violation("STUCK", what)];
    const isDue =
      content.length > maxMessageChars ? reason === "BAD_REQUEST" : isGone && reason === "NOT_FOUND";
    return isDue ? [] : [violation("REFUSED", what)];
  });
}
