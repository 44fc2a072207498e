import type { Random } from "../support/random.ts";

/** The unit in which the page cache records pending writes. */
const pageBytes = 4096;
/** The unit that a disk writes atomically. */
const sectorBytes = 512;

/** A piece of a write, within one page. */
type Piece = {
  offset: number;
  data: Uint8Array;
  /**
   * The number of size changes that the file must have had before: zeros beyond the end of a file come with a
   * truncation to that end.
   */
  sizes: number;
};

/**
 * A file as it is between a writing process and the disk: the content that processes see, the content that is certainly
 * on the disk, and the content that may be there, since the kernel writes in any order and at any time until a sync.
 *
 * A failed sync has the worst effect of any kernel: its writes count as done, so that no later sync writes them, until
 * the same page is written again.
 */
export class FileOnDisk {
  #seen = new Bytes();
  #synced = new Bytes();
  readonly #waiting = new Map<number, Piece[]>();
  readonly #givenUp = new Map<number, Piece[]>();
  #sizes: number[] = [];

  write(offset: number, data: Uint8Array): void {
    this.#write(offset, data, 0);
  }

  #write(offset: number, data: Uint8Array, sizes: number): void {
    for (let at = 0; at < data.length;) {
      const page = Math.floor((offset + at) / pageBytes);
      const end = Math.min(data.length, (page + 1) * pageBytes - offset);
      const piece = { offset: offset + at, data: data.subarray(at, end), sizes };
      const pieces = this.#waiting.get(page);
      if (pieces) pieces.push(piece);
      else this.#waiting.set(page, [piece]);
      at = end;
    }
    const { size } = this.#seen;
    this.#seen.write(offset, data);
    if (this.#seen.size !== size) this.#sizes.push(this.#seen.size);
  }

  truncate(size: number): void {
    const { size: before } = this.#seen;
    this.#sizes.push(size);
    if (size < before) this.#write(size, new Uint8Array(before - size), this.#sizes.length);
    this.#seen.size = size;
  }

  sync(): void {
    for (const page of this.#waiting.keys()) {
      this.#synced.copyFrom(this.#seen, page * pageBytes, pageBytes);
      this.#givenUp.delete(page);
    }
    this.#synced.size = this.#seen.size;
    this.#waiting.clear();
    this.#sizes = [];
    for (const piece of [...this.#givenUp.values()].flat()) piece.sizes = 0;
  }

  failSync(): void {
    for (const [page, pieces] of this.#waiting) {
      this.#givenUp.set(page, [...(this.#givenUp.get(page) ?? []), ...pieces]);
    }
    this.#waiting.clear();
  }

  /** The content that every process sees, also after the process is killed. */
  seen(): Buffer {
    return this.#seen.toBuffer();
  }

  /** The content after a power failure that left only synced data. */
  synced(): Buffer {
    return this.#synced.toBuffer();
  }

  /** The content after a power failure that also left any other sectors, each as it was after any later write. */
  torn(random: Random): Buffer {
    const image = new Bytes(this.#synced);
    const sizes = random.below(this.#sizes.length + 1);
    const size = this.#sizes[sizes - 1] ?? image.size;
    const survival = random.pick([0.1, 0.5, 0.9]);
    const unsettled = new Map<number, Piece[]>(this.#givenUp);
    for (const [page, pieces] of this.#waiting) {
      unsettled.set(page, [...(unsettled.get(page) ?? []), ...pieces]);
    }
    for (const [page, pieces] of unsettled) {
      for (let at = page * pageBytes; at < (page + 1) * pageBytes; at += sectorBytes) {
        if (random.fraction() > survival) continue;
        const count = random.fraction() < 0.5 ? pieces.length : random.below(pieces.length + 1);
        for (const piece of pieces.slice(0, count)) {
          if (piece.sizes <= sizes) image.writeWithin(at, at + sectorBytes, piece);
        }
      }
    }
    image.size = size;
    return image.toBuffer();
  }
}

/** Bytes that grow, with zeros where nothing was written. */
class Bytes {
  #store: Uint8Array;
  #size: number;

  constructor(from?: Bytes) {
    this.#store = from ? from.#store.slice() : new Uint8Array(pageBytes);
    this.#size = from?.size ?? 0;
  }

  get size(): number {
    return this.#size;
  }

  set size(size: number) {
    this.#reserve(size);
    if (size < this.#size) this.#store.fill(0, size, this.#size);
    this.#size = size;
  }

  write(offset: number, data: Uint8Array): void {
    this.#reserve(offset + data.length);
    this.#store.set(data, offset);
    this.#size = Math.max(this.#size, offset + data.length);
  }

  /** Writes the part of `piece` between `start` and `end`. */
  writeWithin(start: number, end: number, { offset, data }: Piece): void {
    const from = Math.max(start, offset);
    const to = Math.min(end, offset + data.length);
    if (from < to) this.write(from, data.subarray(from - offset, to - offset));
  }

  copyFrom(other: Bytes, offset: number, count: number): void {
    const data = other.#store.subarray(offset, offset + count);
    this.#reserve(offset + data.length);
    this.#store.set(data, offset);
  }

  toBuffer(): Buffer {
    return Buffer.from(this.#store.subarray(0, this.#size));
  }

  #reserve(size: number): void {
    if (size <= this.#store.length) return;
    const store = new Uint8Array(Math.max(2 * this.#store.length, Math.ceil(size / pageBytes) * pageBytes));
    store.set(this.#store);
    this.#store = store;
  }
}
