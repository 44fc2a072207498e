import { AppError } from "../contract/app-error.ts";

const wholeNumber = /^-?\d{1,16}$/;

/** Whether a text in an address is an integer in digits. */
export function isNumber(text: string): boolean {
  return wholeNumber.test(text);
}

/** Reads an integer from an address. @throws {AppError} BAD_REQUEST that names the field */
export function readNumber(name: string, text: string): number {
  if (isNumber(text)) return Number(text);
  const message = `must be a whole number in digits, and is ${JSON.stringify(text)}`;
  throw new AppError("BAD_REQUEST", `${name}: ${message}`, {
    issues: [{ path: [name], code: "invalid_type", message }],
  });
}
