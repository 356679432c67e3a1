import { ACTION_SCAN, FRAMING_NONE, ON_BAD_REASON, op } from '../../workers/batch-layout.js';
import { CLOSE_INTERNAL_ERROR, CLOSE_MALFORMED, CLOSE_NORMAL } from '../close-codes.js';
import type { Lane } from '../lane/lane.js';
import { Incoming } from './incoming.js';
import { KeepingFlow, KeptFrames } from './kept-frames.js';
import { Outgoing } from './outgoing.js';
import { Reasons } from './reasons.js';
import type { Wire, WireEvents } from './wire.js';

export interface WiringOptions {
  readonly label: string;
  readonly lane: Lane;
  readonly reportMalformed: boolean;
  readonly allowHalfOpen: boolean;
  readonly createWire: (events: WireEvents) => Wire;
}

/**
 * Joins a wire with the two sides of a connection, and says what follows from what
 * (docs/library.md):
 *
 *     wire.source -> KeepingFlow -> lane -> Incoming -> the application's iterator
 *     wire.sink <- lane <- Flow <- Outgoing <- send()
 *
 * The two sides share nothing that either could wait for.
 */
export class Wiring implements WireEvents {
  readonly incoming: Incoming;
  readonly outgoing: Outgoing;
  /** Settled when nothing more is read. */
  readonly reader: Promise<void>;
  /** Settled when nothing more is written. */
  readonly writer: Promise<void>;

  readonly #reasons: Reasons;
  readonly #allowHalfOpen: boolean;
  #closeCode = CLOSE_INTERNAL_ERROR;
  #hasDrained = false;
  #endAsked = false;
  #readerEnded!: () => void;
  #writerEnded!: () => void;

  constructor(options: WiringOptions) {
    const { label, lane, reportMalformed } = options;
    this.#allowHalfOpen = options.allowHalfOpen;
    this.reader = new Promise((resolve) => {
      this.#readerEnded = resolve;
    });
    this.writer = new Promise((resolve) => {
      this.#writerEnded = resolve;
    });
    const wire = options.createWire(this);
    this.#reasons = new Reasons(label, wire.transport);
    const kept = new KeptFrames();
    this.incoming = new Incoming({
      kept,
      reportMalformed,
      parseReason: (why) => this.#reasons.parse(why),
      onMalformedEnd: () => {
        this.#closeCode = CLOSE_MALFORMED;
      },
      onLeftOutSeen: () => wire.readOn(),
      onDisconnectedSeen: (reason) => this.#disconnectedSeen(reason),
      stopReading: () => {
        wire.stopReading();
        this.#readerEnded();
      },
    });
    this.outgoing = new Outgoing({
      label,
      lane,
      framing: wire.framing,
      sink: wire.sink,
      onSerializeFailed: (why) => this.#serializeFailed(why),
      onEndAsked: (isOpen) => {
        this.#endAsked = true;
        if (isOpen) {
          this.#closeCode = CLOSE_NORMAL;
          this.outgoing.close();
        } else if (this.#hasDrained) wire.end(CLOSE_NORMAL);
      },
      onDrained: () => {
        this.#hasDrained = true;
        wire.end(this.#closeCode);
        // After a failure, the other side's stream is still there to be ended.
        if (this.#endAsked) wire.end(CLOSE_NORMAL);
        this.#writerEnded();
      },
    });
    wire.start(
      new KeepingFlow(kept, wire.lendsFrames, {
        lane,
        op: op(ACTION_SCAN, FRAMING_NONE, ON_BAD_REASON),
        source: wire.source,
        handler: this.incoming,
      }),
    );
  }

  readEnded(why: string | null): void {
    this.incoming.inputEnded(why === null ? null : this.#reasons.read(why));
    this.#readerEnded();
  }

  leftOut(why: string): void {
    this.incoming.leftOut(why);
  }

  writeFailed(why: string): void {
    this.incoming.disconnect(this.#reasons.write(why));
    this.outgoing.fail();
  }

  writeClosed(): void {
    this.outgoing.fail();
  }

  #serializeFailed(why: string): string {
    const reason = this.#reasons.serialize(why);
    this.incoming.disconnect(reason);
    this.outgoing.close();
    return reason;
  }

  /**
   * Answers to the messages before the end could be sent until now. After a regular end of a stream
   * they still can where that was asked for: the other side may have ended its output only.
   */
  #disconnectedSeen(reason: string | null): void {
    if (reason !== null || !this.#allowHalfOpen) this.outgoing.close();
  }
}
