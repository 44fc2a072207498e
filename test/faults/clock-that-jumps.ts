/* Loaded before the server: sets its clock forward and back at any moment, as an operator or a time server may do. */
import { env } from "node:process";
import { setInterval } from "node:timers";
import { Random } from "../support/random.ts";

const RealDate = Date;
const random = new Random(Number(env["CLOCK_SEED"]));
let offsetMs = 0;

setInterval(() => {
  offsetMs = Math.round((random.fraction() - 0.5) * 2 * 86_400_000);
}, 5).unref();

globalThis.Date = class extends RealDate {
  constructor(...args: [] | [number | string | Date]) {
    super(...((args.length === 0 ? [RealDate.now() + offsetMs] : args) as [number]));
  }

  static override now(): number {
    return RealDate.now() + offsetMs;
  }
} as DateConstructor;
