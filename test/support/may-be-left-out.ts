/**
 * Whether a test may be skipped if a program that it needs is missing. In CI it fails instead, and says which program
 * to install.
 */
export function mayBeLeftOut(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment["CI"] === undefined;
}
