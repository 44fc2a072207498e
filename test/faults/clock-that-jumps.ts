/* Loaded before the server: its clock is set forward and back at any moment, as by an operator or a time server. */
import { setInterval } from "node:timers";

const RealDate = Date;
let offsetMs = 0;

setInterval(() => {
  offsetMs = Math.round((Math.random() - 0.5) * 2 * 86_400_000);
}, 5).unref();

globalThis.Date = class extends RealDate {
  constructor(...args: [] | [number | string | Date]) {
    super(...((args.length === 0 ? [RealDate.now() + offsetMs] : args) as [number]));
  }

  static override now(): number {
    return RealDate.now() + offsetMs;
  }
} as DateConstructor;
