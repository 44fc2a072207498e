import { accessSync, constants } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { chromium } from "playwright-core";

const usualPaths = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** The browser of this machine, or undefined if there is none. `CHROMIUM` names one in another place. */
export function findBrowser(): string | undefined {
  const named = process.env["CHROMIUM"];
  if (named !== undefined && named !== "") return named;
  return usualPaths.find(isExecutable);
}

/** @param more arguments of Chromium @throws if there is no browser or it does not start */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  const executablePath = findBrowser();
  if (executablePath === undefined) {
    throw new Error(
      "There is no browser here: apt-get install chromium, or set CHROMIUM to the path of one.",
    );
  }
  return chromium.launch({
    executablePath,
    args: [
      // CI runs as root, where Chromium's sandbox refuses to start.
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...more,
    ],
  });
}

/**
 * Collects, from now on, everything that a visitor with open developer tools would see go wrong on the page: console
 * errors and warnings (which include violations of the Content-Security-Policy), exceptions, failed requests, and
 * requests to any other origin.
 *
 * @param trouble the array to which it is added
 */
export function watchForTrouble(page: Page, origin: string, trouble: string[] = []): string[] {
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) trouble.push(`console: ${message.text()}`);
  });
  page.on("pageerror", (error) => trouble.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => trouble.push(`failed: ${request.url()}`));
  page.on("request", (request) => {
    if (!request.url().startsWith("data:") && new URL(request.url()).origin !== origin) {
      trouble.push(`outside: ${request.url()}`);
    }
  });
  page.on("response", (response) => {
    if (response.status() >= 400) trouble.push(`${response.status()}: ${response.url()}`);
  });
  return trouble;
}

/**
 * Counts, from now on, the requests of the page that are not answered yet.
 *
 * @returns a function that gives the number
 */
export function countOpenRequests(page: Page): () => number {
  let open = 0;
  page.on("request", () => (open += 1));
  page.on("requestfinished", () => (open -= 1));
  page.on("requestfailed", () => (open -= 1));
  return () => open;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
