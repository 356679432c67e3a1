import { setImmediate } from 'node:timers/promises';
import { DISPATCHES_PER_TURN, FINISH_SLICE_US, FINISH_US } from '../bench-limits.js';
import { nowUs } from '../measurement/load-clock.js';
import type { LoadRecorder } from '../measurement/load-recorder.js';
import { ANY_CLIENT, type DueSchedule } from './due-schedule.js';
import type { LoadClient } from './load-client.js';
import type { LoadDriver } from './load-driver.js';
import { Pacer } from './pacer.js';

/**
 * The open model: requests are sent when they are due, whatever the server does. Due
 * times come from the schedule alone; what cannot be sent then waits with its clock
 * running, so a stalled server is charged for all that it held up.
 */
export class OpenDriver implements LoadDriver {
  readonly #pacer = new Pacer(() => this.#turn());
  readonly #clients: readonly LoadClient[];
  readonly #schedule: DueSchedule;
  readonly #recorder: LoadRecorder;
  readonly #onExhausted: () => void;
  #remaining: number;
  #startUs = 0;
  #isStopped = true;
  #isFinishing = false;
  #nextClient = 0;
  /** Clients that got something due in this turn. */
  readonly #touched: Int32Array;
  readonly #isTouched: Uint8Array;

  /** `requests` bounds the measured ones; null where the time does. `onExhausted`: all are due. */
  constructor(
    clients: readonly LoadClient[],
    schedule: DueSchedule,
    recorder: LoadRecorder,
    requests: number | null,
    onExhausted: () => void,
  ) {
    this.#clients = clients;
    this.#schedule = schedule;
    this.#recorder = recorder;
    this.#onExhausted = onExhausted;
    this.#remaining = requests ?? Number.POSITIVE_INFINITY;
    this.#touched = new Int32Array(clients.length);
    this.#isTouched = new Uint8Array(clients.length);
  }

  get spunUs(): number {
    return this.#pacer.spunUs;
  }

  start(startUs: number): void {
    this.#startUs = startUs;
    this.#isStopped = false;
    this.#turn();
  }

  stop(): void {
    this.#isStopped = true;
    this.#pacer.close();
  }

  async finish(untilUs: number): Promise<void> {
    this.#isFinishing = true;
    this.#pacer.close();
    const now = nowUs();
    let sliceUs = now;
    // The loop may have been held up at the very end: that is no reason to leave requests out.
    while (!this.#isStopped && this.#startUs + this.#schedule.nextUs < untilUs) {
      const isOverdue = sliceUs - now > FINISH_US;
      if (!(isOverdue ? this.#giveUp(now, untilUs) : this.#dispatch(now, untilUs))) break;
      if (nowUs() - sliceUs < FINISH_SLICE_US) continue;
      await setImmediate();
      sliceUs = nowUs();
    }
    this.stop();
  }

  onRequestEnded(): void {
    this.#pacer.wasBusy = true;
  }

  onTurnEnd(clientIndex: number): void {
    this.#pacer.wasBusy = true;
    const client = this.#clients[clientIndex]!;
    if (client.waiting > 0) client.sendBacklog();
  }

  readonly #turn = (): void => {
    if (this.#isStopped || this.#isFinishing) return;
    const now = nowUs();
    this.#pacer.onTurn(now);
    if (this.#startUs + this.#schedule.nextUs <= now) {
      this.#pacer.wasBusy = true;
      this.#recorder.advance(now);
      this.#dispatch(now, now);
    }
    const dueUs = this.#startUs + this.#schedule.nextUs;
    if (dueUs === Number.POSITIVE_INFINITY || this.#remaining <= 0) {
      this.stop();
      this.#onExhausted();
    } else {
      this.#pacer.waitUntil(now, dueUs);
    }
  };

  /**
   * Gives what is due by `untilUs` to clients, then lets each write what it got at once.
   * False where nothing could be given: all is sent, or nobody lives to send it.
   */
  #dispatch(now: number, untilUs: number): boolean {
    const { lateness } = this.#recorder;
    let touched = 0;
    for (let n = 0; n < DISPATCHES_PER_TURN && this.#remaining > 0; n++) {
      const dueUs = this.#startUs + this.#schedule.nextUs;
      if (dueUs > untilUs) break;
      const clientIndex = this.#pick(this.#schedule.take());
      if (clientIndex === ANY_CLIENT) break;
      this.#clients[clientIndex]!.addDue(dueUs);
      if (this.#recorder.isMeasured(dueUs)) lateness.record(now - dueUs);
      if (dueUs >= this.#recorder.windowStartUs) this.#remaining--;
      if (this.#isTouched[clientIndex] === 0) {
        this.#isTouched[clientIndex] = 1;
        this.#touched[touched++] = clientIndex;
      }
    }
    for (let i = 0; i < touched; i++) {
      const clientIndex = this.#touched[i]!;
      this.#isTouched[clientIndex] = 0;
      this.#clients[clientIndex]!.sendBacklog();
    }
    return touched > 0;
  }

  /**
   * Has some of what is due by `untilUs` counted as never sent; false where nobody lives to count
   * it.
   */
  #giveUp(now: number, untilUs: number): boolean {
    for (let n = 0; n < DISPATCHES_PER_TURN && this.#remaining > 0; n++) {
      const dueUs = this.#startUs + this.#schedule.nextUs;
      if (dueUs > untilUs) break;
      const clientIndex = this.#pick(this.#schedule.take());
      if (clientIndex === ANY_CLIENT) return false;
      if (this.#recorder.isMeasured(dueUs)) this.#recorder.lateness.record(now - dueUs);
      if (dueUs >= this.#recorder.windowStartUs) this.#remaining--;
      this.#clients[clientIndex]!.giveUp(dueUs);
    }
    return this.#remaining > 0;
  }

  /** The client that was asked for, or the next one that lives; ANY_CLIENT where none does. */
  #pick(wanted: number): number {
    if (wanted !== ANY_CLIENT) return wanted;
    const count = this.#clients.length;
    for (let n = 0; n < count; n++) {
      const clientIndex = this.#nextClient;
      this.#nextClient = clientIndex + 1 === count ? 0 : clientIndex + 1;
      if (!this.#clients[clientIndex]!.hasEnded) return clientIndex;
    }
    return ANY_CLIENT;
  }
}
