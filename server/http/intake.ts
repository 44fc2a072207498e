import type { WebSocket } from "ws";

/** How many frames of a client may wait for their turn before its socket is not read any further, and how many bytes. */
const maxWaitingFrames = 64;
const maxWaitingBytes = 1024 * 1024;

export type Intake = {
  /** A frame of so many bytes has come, and waits. */
  take(bytes: number): void;
  /** One that was taken waits no more. */
  release(bytes: number): void;
};

/** Reads no further from a socket while too many of its frames wait. One frame is always taken, however large it is. */
export function createIntake(socket: WebSocket): Intake {
  let frames = 0;
  let waitingBytes = 0;
  const isFull = (): boolean => frames >= maxWaitingFrames || waitingBytes >= maxWaitingBytes;
  return {
    take(bytes) {
      frames += 1;
      waitingBytes += bytes;
      if (isFull()) socket.pause();
    },
    release(bytes) {
      frames -= 1;
      waitingBytes -= bytes;
      if (socket.isPaused && !isFull()) socket.resume();
    },
  };
}
