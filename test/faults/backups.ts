import { copyFileSync, existsSync, rmSync } from "node:fs";
import type { ServerUnderFire } from "./server-under-fire.ts";
import { readStored } from "./stored-state.ts";

type End = "SIGKILL" | "SIGTERM";

/** Copies of the database file, made and put back by hand as operators do: while the server does not run. */
export class Backups {
  /** The expected epochs of the file: a new one after each copy that was put back. */
  readonly epochs: string[] = [];
  readonly #server: ServerUnderFire;
  readonly #onPutBack: () => void;
  #made = 0;

  /** @param onPutBack called when a copy has replaced the file, before a server runs on it */
  constructor(server: ServerUnderFire, onPutBack: () => void) {
    this.#server = server;
    this.#onPutBack = onPutBack;
    this.#noteEpoch();
  }

  /** Makes a copy: of the file alone if the server was stopped, else with its log. @returns its path */
  async make(end: End): Promise<string> {
    const { databaseFile } = this.#server;
    this.#made += 1;
    const copy = `${databaseFile}.copy-${this.#made}`;
    await this.#server.restart(end, () => copyWithLog(databaseFile, copy));
    return copy;
  }

  /** @param leavesLog whether the log of a killed server stays, although it does not belong to the copy */
  async putBack(copy: string, end: End, { leavesLog }: { leavesLog: boolean }): Promise<void> {
    const { databaseFile } = this.#server;
    await this.#server.restart(end, () => {
      if (!leavesLog) rmSync(`${databaseFile}-wal`, { force: true });
      copyWithLog(copy, databaseFile);
      this.#onPutBack();
    });
    this.#noteEpoch();
  }

  #noteEpoch(): void {
    this.epochs.push(readStored(this.#server.databaseFile).epoch);
  }
}

function copyWithLog(from: string, to: string): void {
  copyFileSync(from, to);
  if (existsSync(`${from}-wal`)) copyFileSync(`${from}-wal`, `${to}-wal`);
}
