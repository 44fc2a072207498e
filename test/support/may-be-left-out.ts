/**
 * Whether a test may be skipped where a program that it needs is missing. In CI, where the tests count, it fails instead and says
 * what to install.
 */
export function mayBeLeftOut(environment: NodeJS.ProcessEnv = process.env): boolean {
  return environment["CI"] === undefined;
}
