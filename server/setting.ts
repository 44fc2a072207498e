import { isIP } from "node:net";
import { z } from "zod";
import { DatabaseUrlError, readDatabaseUrl } from "./database-url.ts";
import { shownValue } from "./shown-value.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * A variable. `takes` describes its values to the operator, `default` is the value of an unset one, `schema` parses it.
 */
export type Setting<Value> = {
  takes: string;
  default: string;
  schema: z.ZodType<Value, string>;
  /** Whether no message shows a value of it. */
  isSecret?: boolean;
};

/** @returns the value, or a sentence that gives the fault */
export function readSetting<Value>(
  environment: Environment,
  name: string,
  setting: Setting<Value>,
): { value?: Value; fault?: string } {
  const text = environment[name]?.trim() || setting.default;
  const result = setting.schema.safeParse(text);
  if (result.success) return { value: result.data };
  const hints = result.error.issues
    .filter(({ code }) => code === "custom")
    .map(({ message }) => `: ${message}`);
  const shown = setting.isSecret ? "something else" : shownValue(text);
  return { fault: `${name} takes ${setting.takes}, and is ${shown}${hints[0] ?? ""}.` };
}

export function wholeNumber(least: number, most: number): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^\d{1,10}$/)
    .transform(Number)
    .pipe(z.int().min(least).max(most));
}

/** An integer number of seconds, read as milliseconds. */
export function seconds(least: number, most: number): z.ZodType<number, string> {
  return wholeNumber(least, most).transform((count) => count * 1000);
}

/** Refuses a value without a hint: the setting's `takes` is enough. */
export function fail(context: z.RefinementCtx): never {
  context.addIssue({ code: "invalid_format", format: "setting" });
  return z.NEVER;
}

/** A host name or an address. An IPv6 address may be in brackets, as in a URL. */
export function hostName(host: string): string | undefined {
  const address = host.replace(/^\[(.*)\]$/, "$1");
  if (isIP(address) > 0) return address;
  return /^[A-Za-z\d_]([\w.-]*[\w.])?$/.test(host) ? host : undefined;
}

export function databaseFile(url: string, context: z.RefinementCtx): string {
  try {
    return readDatabaseUrl(url);
  } catch (error) {
    if (!(error instanceof DatabaseUrlError)) throw error;
    context.addIssue({ code: "custom", message: error.message });
    return z.NEVER;
  }
}
