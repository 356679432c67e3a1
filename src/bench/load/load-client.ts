import { MAX_WAITING_REQUESTS } from '../bench-limits.js';
import { frameMessage } from '../framing/frame-message.js';
import { nowUs } from '../measurement/load-clock.js';
import type { MessageSource } from '../payload/message-source.js';
import type { ServerAnswer, ServerAnswers } from '../payload/message-spec.js';
import {
  HOLE_CONNECTION,
  HOLE_ID,
  HOLE_RANDOM,
  HOLE_SEQUENCE,
} from '../payload/message-template.js';
import { FlightTable } from '../replies/flight-table.js';
import { Random } from '../statistics/random.js';
import type { Connection, ConnectionOwner, Ending } from '../transport/connection.js';
import { DueQueue } from './due-queue.js';
import { HANDSHAKE_MESSAGE, type Handshake } from './handshake.js';
import type { LoadContext } from './load-context.js';
import { type FrameOutcome, receiveFrame } from './receive-frame.js';

/**
 * One connection under load: writes requests when its driver says so, matches
 * replies to them and has both counted. All of its methods run per message or per
 * chunk, so none of them allocates, awaits or logs where nothing is wrong.
 */
export class LoadClient implements ConnectionOwner {
  /** Number among all connections of the run. */
  readonly #index: number;
  /** Place among the connected clients of the thread, by which the driver knows it. */
  driverIndex = 0;
  readonly flights: FlightTable;
  /** Due times of what could not be written yet: the transport is full or too much is in flight. */
  readonly #backlog = new DueQueue();
  connection: Connection | null = null;
  handshake: Handshake | null = null;
  hasEnded = false;
  /** The transport is full; onWritable() follows. */
  #isBlocked = false;
  readonly #context: LoadContext;
  readonly #source: MessageSource;
  readonly #random: Random;
  /** Drawn but not yet written; -1 where none is. */
  #drawn = -1;
  #sequence = 0;

  constructor(index: number, context: LoadContext, source: MessageSource, maxFlights: number) {
    this.#index = index;
    this.#context = context;
    this.#source = source;
    this.#random = new Random(context.workload.seed + index);
    this.flights = new FlightTable(maxFlights);
  }

  /**
   * Writes up to `count` requests that are sent now (closed model), and returns how many it did.
   */
  sendNow(count: number): number {
    const { batch, recorder } = this.#context;
    if (!this.#canSend()) return 0;
    const sentUs = nowUs();
    let sent = 0;
    while (sent < count && this.#canSend()) {
      const message = this.#draw();
      if (!batch.hasRoomFor(this.#context.encoders[message]!)) {
        this.#flush(sentUs);
        continue;
      }
      if (this.#append(message, sentUs, sentUs)) sent++;
    }
    this.#flush(sentUs);
    if (sent > 0 && recorder.isMeasured(sentUs)) {
      recorder.lateness.record(sentUs - this.#context.readAtUs);
    }
    return sent;
  }

  /**
   * Something is due: it is written with the next sendBacklog(). What can never be counts as failed
   * at once.
   */
  addDue(dueUs: number): void {
    if (this.hasEnded || this.#context.waiting >= MAX_WAITING_REQUESTS) this.giveUp(dueUs);
    else {
      this.#context.waiting++;
      this.#backlog.push(dueUs);
    }
  }

  /** Something is due and never sent: it counts as a request all the same, and as a failed one. */
  giveUp(dueUs: number): void {
    const { recorder, isNotification } = this.#context;
    const message = this.#draw();
    this.#drawn = -1;
    if (isNotification[message]! || !recorder.isMeasured(dueUs)) return;
    recorder.onRequest(dueUs);
    recorder.fail(this.hasEnded ? 'lost' : 'timeouts');
    if (this.hasEnded) return;
    const now = nowUs();
    recorder.onWaited({ message, dueUs, sentUs: now }, now, true);
  }

  /** Requests that are due and not written yet. */
  get waiting(): number {
    return this.#backlog.length;
  }

  /** Writes what is due (open model), as far as transport and flight table take it. */
  sendBacklog(): void {
    const { batch } = this.#context;
    if (!this.#canSend()) return;
    const sentUs = nowUs();
    while (this.#backlog.length > 0 && this.#canSend()) {
      const message = this.#draw();
      if (batch.hasRoomFor(this.#context.encoders[message]!)) {
        this.#append(message, this.#shiftBacklog(), sentUs);
      } else this.#flush(sentUs);
    }
    this.#flush(sentUs);
  }

  /** Counts every request that waits since before `sentBeforeUs` as timed out. */
  expire(sentBeforeUs: number): void {
    const { recorder, driver } = this.#context;
    if (this.hasEnded || this.flights.count === 0) return;
    this.startTurn(nowUs());
    const before = this.flights.count;
    this.flights.expire(sentBeforeUs, (slot) => {
      if (this.flights.message[slot] === HANDSHAKE_MESSAGE) return;
      if (recorder.isMeasured(this.#countedUs(slot))) recorder.fail('timeouts');
    });
    for (let n = this.flights.count; n < before; n++) driver.onRequestEnded(this.driverIndex);
    if (this.flights.count < before) driver.onTurnEnd(this.driverIndex);
  }

  /** What is sent next was meant to be sent at that moment: lateness counts from there. */
  startTurn(meantUs: number): void {
    this.#context.readAtUs = meantUs;
  }

  /** The run is over: what has no reply by now is lost, what could not even be sent timed out. */
  abandon(): void {
    if (this.hasEnded) return;
    this.#loseFlights();
    this.#giveUpBacklog();
  }

  /** Closes the connection; settles when it, and the child behind it, is gone. */
  async close(): Promise<void> {
    await this.connection?.close();
  }

  onOpened(connection: Connection): void {
    this.connection = connection;
  }

  onChunk(bytes: number): void {
    const context = this.#context;
    const now = nowUs();
    context.readAtUs = now;
    if (now >= context.recorder.secondEndUs) context.recorder.advance(now);
    context.recorder.onReceived(bytes, now);
  }

  onMessage(bytes: Buffer, start: number, end: number): void {
    const outcome = receiveFrame(this.#context, this.flights, bytes, start, end);
    if (outcome === 'settled') this.#context.driver.onRequestEnded(this.driverIndex);
    else if (outcome !== 'ignored') this.#onRare(outcome, bytes, start, end);
  }

  onChunkEnd(): void {
    if (this.#context.readPauseMs > 0) this.#pauseReading();
    this.#context.driver.onTurnEnd(this.driverIndex);
  }

  onWritable(): void {
    this.#isBlocked = false;
    this.#context.readAtUs = nowUs();
    this.#context.driver.onTurnEnd(this.driverIndex);
  }

  onBroken(reason: string): void {
    this.#context.recorder.fail('parseErrors');
    this.#context.recorder.explain(`a reply cannot be read: ${reason}`);
  }

  onEnded(ending: Ending): void {
    const { recorder } = this.#context;
    this.hasEnded = true;
    if (ending.kind === 'closed') recorder.onCloseCode(ending.closeCode);
    if (this.handshake !== null) {
      this.handshake.fail(ending);
      return;
    }
    // What could not be read has been counted as that: the end was ours.
    if (ending.kind === 'child-exit') recorder.fail('childExits');
    else if (ending.kind === 'closed') recorder.fail('unexpectedCloses');
    this.#loseFlights();
    this.#giveUpBacklog();
    recorder.explain(ending.reason);
  }

  /** Nothing more comes: what is in flight is lost, and so is what timed out before. */
  #loseFlights(): void {
    const { recorder, isOpen } = this.#context;
    const now = nowUs();
    for (const request of this.flights.unanswered.values()) {
      if (!recorder.isMeasured(isOpen ? request.dueUs : request.sentUs)) continue;
      recorder.fail('lost');
      recorder.onWaited(request, now, isOpen);
    }
    for (const slot of this.flights.inFlight()) {
      if (recorder.isMeasured(this.#countedUs(slot))) recorder.fail('lost');
    }
  }

  #giveUpBacklog(): void {
    while (this.#backlog.length > 0) this.giveUp(this.#shiftBacklog());
  }

  #shiftBacklog(): number {
    this.#context.waiting--;
    return this.#backlog.shift();
  }

  #pauseReading(): void {
    this.connection?.pause();
    setTimeout(() => this.connection?.resume(), this.#context.readPauseMs);
  }

  #onRare(outcome: FrameOutcome, bytes: Buffer, start: number, end: number): void {
    if (outcome === 'handshake') {
      this.handshake?.onReply(bytes.toString('utf8', start, end));
    } else if (outcome === 'server-request') {
      this.#answer(bytes);
    }
  }

  /** Answers a request of the server, whose envelope the scanner holds. */
  #answer(bytes: Buffer): void {
    const { scanner, workload, framing, recorder } = this.#context;
    const id = bytes.toString('utf8', scanner.idStart, scanner.idEnd);
    const method = JSON.parse(
      bytes.toString('utf8', scanner.methodStart, scanner.methodEnd),
    ) as string;
    const answer = answerTo(method, workload.answers);
    const version = workload.dialect === '2.0' ? '"jsonrpc":"2.0",' : '';
    const frame = frameMessage(framing, `{${version}"id":${id},${JSON.stringify(answer).slice(1)}`);
    recorder.onSent(frame.length, this.#context.readAtUs);
    this.connection?.write(frame);
  }

  #canSend(): boolean {
    return !this.#isBlocked && !this.hasEnded && !this.flights.isFull;
  }

  /** Which message comes next; it stays the next one until it is written. */
  #draw(): number {
    if (this.#drawn === -1) this.#drawn = this.#source.next();
    return this.#drawn;
  }

  /** Adds one message to the batch; true where it is a request. */
  #append(message: number, dueUs: number, sentUs: number): boolean {
    const { values, recorder, batch, encoders, isNotification, isOpen } = this.#context;
    this.#drawn = -1;
    const countedUs = isOpen ? dueUs : sentUs;
    const isRequest = !isNotification[message]!;
    if (isRequest) {
      values[HOLE_ID] = this.flights.take(dueUs, sentUs, message);
      recorder.onRequest(countedUs);
    } else {
      values[HOLE_ID] = 0;
      recorder.onNotification(countedUs);
    }
    values[HOLE_CONNECTION] = this.#index;
    values[HOLE_SEQUENCE] = this.#sequence++;
    values[HOLE_RANDOM] = this.#random.nextUint32();
    batch.append(encoders[message]!, values);
    return isRequest;
  }

  #flush(atUs: number): void {
    const { batch, recorder } = this.#context;
    if (batch.isEmpty || this.connection === null) return;
    recorder.onSent(batch.flush(this.connection), atUs);
    this.#isBlocked = batch.isBlocked;
  }

  #countedUs(slot: number): number {
    return this.#context.isOpen ? this.flights.dueUs[slot]! : this.flights.sentUs[slot]!;
  }
}

/**
 * By the method's own name, else by `*`. The server chooses the name: `constructor` is one like any
 * other.
 */
function answerTo(method: string, answers: ServerAnswers): ServerAnswer {
  for (const name of [method, '*']) if (Object.hasOwn(answers, name)) return answers[name]!;
  return { error: { code: -32601, message: `Method not found: ${method}` } };
}
