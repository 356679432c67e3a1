import { ALL_MASKED_COPIES_BYTES, MASKED_COPIES_BYTES } from '../bench-limits.js';
import type { LoadRecorder } from '../measurement/load-recorder.js';
import { MessageEncoder } from '../payload/message-encoder.js';
import type { Framing, Workload } from '../payload/message-spec.js';
import { requestTemplate } from '../payload/message-template.js';
import { ReplyScanner } from '../replies/reply-scanner.js';
import { ReplyShapes } from '../replies/reply-shape.js';
import { IDLE_DRIVER, type LoadDriver } from './load-driver.js';
import { WriteBatch } from './write-batch.js';

/** What the clients of one thread share. */
export class LoadContext {
  readonly workload: Workload;
  readonly framing: Framing;
  readonly recorder: LoadRecorder;
  /** Set when the load begins; until then replies are the handshake's. */
  driver: LoadDriver = IDLE_DRIVER;
  readonly batch = new WriteBatch();
  readonly scanner = new ReplyScanner();
  readonly shapes = new ReplyShapes();
  /** By message of the workload. */
  readonly encoders: readonly MessageEncoder[];
  readonly isNotification: readonly boolean[];
  /** Whether latency counts from the due time: open model and replay. */
  readonly isOpen: boolean;
  /** Reading pauses so long after each chunk; 0 for never. */
  readonly readPauseMs: number;
  /** A reply that comes later than this after its request is late, whenever that is noticed. */
  readonly timeoutUs: number;
  /** For the holes of the message that is being written. */
  readonly values = new Float64Array(4);
  /** Requests that are due and could not be written yet, of all clients. */
  waiting = 0;
  /** The thread's clock when the chunk that is being handled was read. */
  readAtUs = 0;

  constructor(
    workload: Workload,
    framing: Framing,
    isOpen: boolean,
    recorder: LoadRecorder,
    readPauseMs: number,
    timeoutMs: number,
  ) {
    this.readPauseMs = readPauseMs;
    this.timeoutUs = timeoutMs * 1_000;
    this.workload = workload;
    this.framing = framing;
    this.isOpen = isOpen;
    this.recorder = recorder;
    this.isNotification = workload.messages.map((message) => message.isNotification);
    const copiesBytes = ALL_MASKED_COPIES_BYTES / workload.messages.length;
    this.encoders = workload.messages.map(
      ({ method, params, isNotification }) =>
        new MessageEncoder(
          framing,
          requestTemplate(workload.dialect, method, params, isNotification),
          Math.min(MASKED_COPIES_BYTES, copiesBytes),
        ),
    );
  }
}
