import { Socket, type SocketConstructorOpts } from 'node:net';
import type { Readable } from 'node:stream';

const READ_BYTES = 64 * 1024;
/** One for all processes, on the main thread: what was read is used up before the next read. */
const READ_BUFFER = Buffer.allocUnsafeSlow(READ_BYTES);

/** What node's types leave out: the option of connect() works for a handle that is open, too. */
interface BorrowingOptions extends SocketConstructorOpts {
  readonly handle: unknown;
  readonly onread: {
    readonly buffer: Uint8Array;
    readonly callback: (count: number, buffer: Uint8Array) => boolean;
  };
}

/**
 * A process's output as a socket that gives its bytes to `onBytes`, borrowed for the call, and emits
 * no data. Node makes a new buffer of 64 KiB for each read otherwise, and at hundreds of megabytes a
 * second the garbage collector marks the whole heap thirty times a second for them.
 *
 * Node offers this for sockets that connect (`onread`), not for a child's: so the child's handle is
 * given to a socket of ours, and `stdout` has none any more. Where it has none to begin with, that
 * is `stdout` itself, whose data is read the usual way.
 */
export function borrowingSocket(stdout: Readable, onBytes: (bytes: Uint8Array) => void): Readable {
  const owner = stdout as { _handle?: unknown };
  if (owner._handle === undefined || owner._handle === null) return stdout;
  const options: BorrowingOptions = {
    handle: owner._handle,
    readable: true,
    writable: false,
    onread: {
      buffer: READ_BUFFER,
      callback: (count, buffer) => {
        onBytes(buffer.subarray(0, count));
        return true;
      },
    },
  };
  owner._handle = null;
  return new Socket(options);
}
