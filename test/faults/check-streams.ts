import type { Attachment, ReaderHistory, Seen } from "./history.ts";
import { formatPosition, parsePosition } from "./history.ts";
import type { Violation } from "./violation.ts";
import { violation } from "./violation.ts";

const goodEnds = new Set(["", "stopped", "complete", "cut", "1012", "4008", "4012", "SERVICE_UNAVAILABLE"]);
const endsOfDeleted = new Set(["4504", "NOT_FOUND"]);

export type LogFacts = {
  /** The successive epochs. */
  epochs: readonly string[];
  /**
   * The `seq` in the last epoch at which the log's present life began; 0 for the first life. Smaller numbers may belong
   * to an earlier life.
   */
  startSeq: number;
  /** Whether it was ever deleted. */
  wasDeleted: boolean;
};

/** Checks the rules of the stream of any log. */
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

/** A position without an epoch belongs to the epoch of that time. */
function isOf(epoch: string, after: string): boolean {
  return ["", epoch].includes(parsePosition(after).epoch);
}

/** Checks the first event of a subscriber, given its position. */
function checkBeginning(
  { after, isImpossible, items: [first] }: Attachment<Seen>,
  who: string,
  { epochs, startSeq, wasDeleted }: LogFacts,
): Violation[] {
  if (!first || (wasDeleted && first.event.type === "session_deleted")) return [];
  const { type } = first.event;
  const what = `${who} after ${after} got ${JSON.stringify(first).slice(0, 200)}`;
  if (isImpossible) return type === "reset" ? [] : [violation("RESET", what)];
  if (after === undefined) return type === "snapshot" ? [] : [violation("RESUME", what)];
  if (type === "snapshot") return [violation("RESUME", what)];
  if (!isOf(parsePosition(first.position).epoch, after)) {
    return type === "reset" ? [] : [violation("RESET", `${what}, of another epoch`)];
  }
  const { place } = parsePosition(after);
  const { epoch, place: begunBy } = parsePosition(first.position);
  // Nothing of an earlier epoch is stored: a life of the log may have begun anywhere up to this `reset`.
  const start = epoch === epochs.at(-1) ? startSeq : begunBy;
  const mayBePast = wasDeleted && place < start && place > 0;
  return type === "reset" && !mayBePast ? [violation("RESET", what)] : [];
}

/** Checks the `seq` and `prev` from one event to the next. */
function checkChain(
  { after, isImpossible, items, knownPlaces }: Attachment<Seen>,
  who: string,
  { epochs, wasDeleted, comesBack }: LogFacts & { comesBack: boolean },
): Violation[] {
  const found: Violation[] = [];
  let last = after === undefined || isImpossible ? 0 : parsePosition(after).place;
  let epochNumber: number | undefined;
  let caughtUp = 0;
  for (const [index, { position, event }] of items.entries()) {
    const { type, seq, prev } = event;
    const what = `${who}: event ${index} after ${after} is ${JSON.stringify({ position, type, seq, prev })}, before it ${last}`;
    const isBeginning = type === "snapshot" || type === "reset";
    const { epoch } = parsePosition(position);
    const before = epochNumber ?? epochs.indexOf(epoch);
    epochNumber = epochs.indexOf(epoch);
    const isNewEpoch = epochNumber > before;
    if (position !== formatPosition(epoch, seq)) found.push(violation("ORDER", what));
    if (epochNumber < 0 || epochNumber < before) found.push(violation("EPOCH", what));
    if (isNewEpoch && !isBeginning) found.push(violation("RESET", what));
    if (isBeginning && index > 0 && !wasDeleted && !isNewEpoch) found.push(violation("RESET", what));
    if (prev !== (isBeginning ? 0 : last)) found.push(violation("GAP", what));
    if (type === "caught_up") {
      caughtUp += 1;
      const known = knownPlaces.get(epoch) ?? 0;
      if (seq !== last || seq < known || (caughtUp > 1 && !comesBack)) {
        found.push(violation("CAUGHT_UP", `${what}, known ${known}`));
      }
    } else if (seq <= last && !isBeginning) found.push(violation("ORDER", what));
    last = seq;
  }
  return found;
}
