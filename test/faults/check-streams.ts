import type { Attachment, ReaderHistory, Seen } from "./history.ts";
import type { Violation } from "./violation.ts";
import { violation } from "./violation.ts";

const goodEnds = new Set(["", "stopped", "complete", "cut", "1012", "4008", "4012", "SERVICE_UNAVAILABLE"]);
const endsOfDeleted = new Set(["4504", "NOT_FOUND"]);

export type LogFacts = {
  epoch: string;
  /** Where the log began anew; 0 if it never did. Positions before it may be of a past life. */
  startSeq: number;
  /** Whether it was ever deleted. */
  wasDeleted: boolean;
};

/** What holds of the stream of any log, whatever it tells of. */
export function checkStream(reader: ReaderHistory<Seen>, facts: LogFacts): Violation[] {
  const who = `${reader.door} on ${reader.session}`;
  return [
    ...(reader.isDone ? [] : [violation("STUCK", `${who}: ${describeLast(reader)}`)]),
    ...reader.attachments.flatMap((attachment) => [
      ...checkEnd(attachment, who, facts),
      ...checkBeginning(attachment, who, facts),
      ...checkChain(attachment, who, { ...facts, comesBack: reader.comesBack }),
    ]),
  ];
}

function describeLast({ attachments }: ReaderHistory<Seen>): string {
  const last = attachments.at(-1);
  return `attachment ${attachments.length} after ${last?.after} ended with ${JSON.stringify(last?.items.at(-1))} ${last?.end}`;
}

export function checkEnd({ end }: Attachment<unknown>, who: string, facts: LogFacts): Violation[] {
  if (goodEnds.has(end) || (facts.wasDeleted && endsOfDeleted.has(end))) return [];
  return [violation(end === "NOT_FOUND" ? "REFUSED" : "SERVER_ERROR", `${who} ended with ${end}`)];
}

function seqOf(after: string | undefined): number {
  return Number(after?.split(":").at(-1));
}

/** What a reader gets first, by the position that it came with. */
function checkBeginning(
  { after, isImpossible, items: [first] }: Attachment<Seen>,
  who: string,
  { startSeq, wasDeleted }: LogFacts,
): Violation[] {
  if (!first || (wasDeleted && first.event.type === "session_deleted")) return [];
  const { type } = first.event;
  const what = `${who} after ${after} got ${JSON.stringify(first).slice(0, 200)}`;
  if (isImpossible) return type === "reset" ? [] : [violation("RESET", what)];
  if (after === undefined) return type === "snapshot" ? [] : [violation("RESUME", what)];
  if (type === "snapshot") return [violation("RESUME", what)];
  const mayBePast = wasDeleted && seqOf(after) < startSeq && seqOf(after) > 0;
  return type === "reset" && !mayBePast ? [violation("RESET", what)] : [];
}

/** The positions from one event to the next. */
function checkChain(
  { after, isImpossible, items, knownSeq }: Attachment<Seen>,
  who: string,
  { epoch, wasDeleted, comesBack }: LogFacts & { comesBack: boolean },
): Violation[] {
  const found: Violation[] = [];
  let last = after === undefined || isImpossible ? 0 : seqOf(after);
  let caughtUp = 0;
  for (const [index, { position, event }] of items.entries()) {
    const { type, seq, prev } = event;
    const what = `${who}: event ${index} after ${after} is ${JSON.stringify({ position, type, seq, prev })}, before it ${last}`;
    const isBeginning = type === "snapshot" || type === "reset";
    if (position !== `${epoch}:${seq}`) found.push(violation("ORDER", what));
    if (isBeginning && index > 0 && !wasDeleted) found.push(violation("RESET", what));
    if (prev !== (isBeginning ? 0 : last)) found.push(violation("GAP", what));
    if (type === "caught_up") {
      caughtUp += 1;
      if (seq !== last || seq < knownSeq || (caughtUp > 1 && !comesBack)) {
        found.push(violation("CAUGHT_UP", `${what}, known ${knownSeq}`));
      }
    } else if (seq <= last && !isBeginning) found.push(violation("ORDER", what));
    last = seq;
  }
  return found;
}
