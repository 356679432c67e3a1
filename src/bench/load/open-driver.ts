import { DISPATCHES_PER_TURN, TIMER_SLACK_US } from '../bench-limits.js';
import { nowUs } from '../measurement/load-clock.js';
import type { LoadRecorder } from '../measurement/load-recorder.js';
import { ANY_CLIENT, type DueSchedule } from './due-schedule.js';
import type { LoadClient } from './load-client.js';
import type { LoadDriver } from './load-driver.js';

/**
 * The open model: requests are sent when they are due, whatever the server does. Due
 * times come from the schedule alone; what cannot be sent then waits with its clock
 * running, so a stalled server is charged for all that it held up.
 *
 * Timers fire up to a millisecond late. Near a due time the loop therefore spins
 * (reading sockets between), which costs a core but keeps the generator's own
 * lateness out of the figures; the time spun is told apart from work.
 */
export class OpenDriver implements LoadDriver {
  spunUs = 0;
  readonly #clients: readonly LoadClient[];
  readonly #schedule: DueSchedule;
  readonly #recorder: LoadRecorder;
  readonly #onExhausted: () => void;
  #remaining: number;
  #startUs = 0;
  #isStopped = true;
  /** Something happened since the loop's last turn, so its time was not spent in waiting. */
  #wasBusy = true;
  #lastTurnUs = 0;
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

  start(startUs: number): void {
    this.#startUs = startUs;
    this.#isStopped = false;
    this.#lastTurnUs = nowUs();
    this.#turn();
  }

  stop(): void {
    this.#isStopped = true;
  }

  onRequestEnded(): void {
    this.#wasBusy = true;
  }

  onTurnEnd(clientIndex: number): void {
    this.#wasBusy = true;
    const client = this.#clients[clientIndex]!;
    if (client.backlog.length > 0) client.sendBacklog();
  }

  readonly #turn = (): void => {
    if (this.#isStopped) return;
    const now = nowUs();
    if (!this.#wasBusy) this.spunUs += now - this.#lastTurnUs;
    this.#lastTurnUs = now;
    this.#wasBusy = false;
    if (this.#startUs + this.#schedule.nextUs <= now) {
      this.#wasBusy = true;
      this.#recorder.advance(now);
      this.#dispatch(now);
    }
    const dueUs = this.#startUs + this.#schedule.nextUs;
    if (dueUs === Number.POSITIVE_INFINITY || this.#remaining <= 0) {
      this.stop();
      this.#onExhausted();
    } else if (dueUs - now > TIMER_SLACK_US) {
      // What the loop does while it sleeps is not for spunUs to count.
      this.#wasBusy = true;
      setTimeout(this.#turn, (dueUs - now - TIMER_SLACK_US) / 1_000);
    } else {
      setImmediate(this.#turn);
    }
  };

  /** Gives what is due to clients, then lets each write what it got at once. */
  #dispatch(now: number): void {
    const { lateness } = this.#recorder;
    let touched = 0;
    for (let n = 0; n < DISPATCHES_PER_TURN && this.#remaining > 0; n++) {
      const dueUs = this.#startUs + this.#schedule.nextUs;
      if (dueUs > now) break;
      const clientIndex = this.#pick(this.#schedule.take());
      if (clientIndex === ANY_CLIENT) break;
      this.#clients[clientIndex]!.backlog.push(dueUs);
      lateness.record(now - dueUs);
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
