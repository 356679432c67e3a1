import type { HttpResponse, WebSocket } from 'uWebSockets.js';
import { READ_GATE_PATIENT_TICKS, READ_GATE_TICK_MS, READ_GATE_TICKS } from '../limits.js';

/** A client whose socket can be kept from being read. */
export interface GatedReader<UserData> {
  readonly socket: WebSocket<UserData>;
  /** The gate's own: null while the socket is read. */
  gate: GateState | null;
  /** What it has sent is with the gateway, not with whom it is for: its turn comes. */
  readonly isInLane: boolean;
  /** A large message of it waits: what it sends next would probably have to be refused. */
  readonly isLargeWaiting: boolean;
  /** The socket has written some of what it held back. */
  drained(): void;
}

interface GateState {
  /** It is read again after so many ticks, those with something in the lane not counted. */
  ticksLeft: number;
  /**
   * So many where it holds back output, for a client that does not read cannot be told anything, or
   * has large messages.
   */
  patientTicksLeft: number;
  /** At the last pause() it held back output. */
  heldBack: boolean;
}

/** A method of a response that uWebSockets.js applies to whatever socket it is called on. */
type SocketMethod = (this: unknown) => unknown;

const nothing = (): void => undefined;

/**
 * Pauses reading from WebSockets, so that the kernel's buffer and TCP push back on the client.
 *
 * uWebSockets.js offers that for an HTTP response only. Its pause() and resume() are those of
 * the socket below, which a WebSocket has as well, so they are borrowed from the response
 * that became one. Where a release does not have them, nothing is paused, and the receive
 * buffer is all there is. The facts that this stands on (uWebSockets AsyncSocket.h):
 *
 * - pause() stops watching the socket, for reading and for writing, and its idle timeout. So
 *   what it holds back is written here, by the clock, and none is paused for long.
 * - A write that the socket does not take whole makes it watch both again.
 * - cork() ends with an attempt to write what is held back.
 * - resume() restores what was watched at the last pause() of any socket: of those that held
 *   something back then, and of those that did not. Before the first of its kind that is nothing
 *   at all, which would be the end of the connection.
 */
export class ReadGate<UserData> {
  #pause: SocketMethod | null = null;
  #resume: SocketMethod | null = null;
  #isPrimed = false;
  readonly #paused = new Set<GatedReader<UserData>>();
  #timer: NodeJS.Timeout | null = null;
  #again: NodeJS.Immediate | null = null;

  /** To be called with the response of an upgrade: pause and resume are taken from it. */
  learn(response: HttpResponse): void {
    if (this.#pause !== null) return;
    const { pause, resume } = response as unknown as Record<string, unknown>;
    if (typeof pause !== 'function' || typeof resume !== 'function') return;
    this.#pause = pause as SocketMethod;
    this.#resume = resume as SocketMethod;
  }

  /** To be called with each new socket, which holds nothing back. */
  opened(socket: WebSocket<UserData>): void {
    if (this.#isPrimed) return;
    this.#isPrimed = true;
    this.#pause?.call(socket);
    this.#resume?.call(socket);
  }

  /** Stops reading, until resume() or a moment later, whichever is first. */
  pause(reader: GatedReader<UserData>): void {
    if (this.#pause === null) return;
    const heldBack = reader.socket.getBufferedAmount() > 0;
    if (reader.gate === null) {
      reader.gate = {
        ticksLeft: READ_GATE_TICKS,
        patientTicksLeft: READ_GATE_PATIENT_TICKS,
        heldBack,
      };
      this.#paused.add(reader);
      this.#timer ??= setInterval(this.#tick, READ_GATE_TICK_MS);
      // Else it is paused, and what still comes is of the same read, unless a write has undone it.
    } else if (!heldBack) return;
    reader.gate.heldBack = heldBack;
    this.#pause.call(reader.socket);
    this.#again ??= setImmediate(this.#pauseAgain);
  }

  /** Reads on. */
  resume(reader: GatedReader<UserData>): void {
    const { gate, socket } = reader;
    if (gate === null) return;
    this.forget(reader);
    // What is held back since then has made it watched again.
    if (gate.heldBack || socket.getBufferedAmount() === 0) this.#resume!.call(socket);
  }

  /** The socket is closed. */
  forget(reader: GatedReader<UserData>): void {
    if (reader.gate === null) return;
    reader.gate = null;
    this.#paused.delete(reader);
    if (this.#paused.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  }

  /** After a read uWebSockets.js writes what was held back, which may have undone the pause. */
  readonly #pauseAgain = (): void => {
    this.#again = null;
    for (const reader of this.#paused) {
      if (reader.socket.getBufferedAmount() === 0) continue;
      reader.gate!.heldBack = true;
      this.#pause!.call(reader.socket);
    }
  };

  readonly #tick = (): void => {
    for (const reader of this.#paused) {
      const gate = reader.gate!;
      const holdsBack = reader.socket.getBufferedAmount() > 0;
      const isPatient = holdsBack || reader.isLargeWaiting;
      if (!reader.isInLane && (isPatient ? --gate.patientTicksLeft : --gate.ticksLeft) === 0)
        this.resume(reader);
      else if (holdsBack) this.#write(reader);
      // Also without output now: it may have gone when uWebSockets.js uncorked the socket itself.
      reader.drained();
    }
  };

  #write(reader: GatedReader<UserData>): void {
    reader.socket.cork(nothing);
    if (reader.socket.getBufferedAmount() > 0) this.pause(reader);
  }
}
