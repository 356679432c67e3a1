import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import { CONNECTS_AT_ONCE, MAX_FLIGHTS_PER_CONNECTION } from '../bench-limits.js';
import { fromEpochMs, nowUs } from '../measurement/load-clock.js';
import { LoadRecorder } from '../measurement/load-recorder.js';
import { type MessageSource, RecordingLoop, WeightedMix } from '../payload/message-source.js';
import { Random } from '../statistics/random.js';
import { ConnectFailure, type ConnectFailureKind } from '../transport/connection.js';
import { openConnection } from '../transport/open-connection.js';
import { RateArrivals } from './arrivals.js';
import { ClosedDriver } from './closed-driver.js';
import { RateSchedule, ReplaySchedule } from './due-schedule.js';
import { Handshake } from './handshake.js';
import { LoadClient } from './load-client.js';
import { LoadContext } from './load-context.js';
import { IDLE_DRIVER, type LoadDriver } from './load-driver.js';
import { OpenDriver } from './open-driver.js';
import type {
  ConnectCounter,
  ConnectReport,
  SecondPoint,
  ThreadOutcome,
  ThreadPlan,
} from './thread-plan.js';

/** How often the drain looks whether all replies are there. */
const DRAIN_CHECK_MS = 5;

const COUNTER_OF: Readonly<Record<ConnectFailureKind, ConnectCounter>> = {
  connect: 'connectFailures',
  tls: 'tlsFailures',
  upgrade: 'upgradeFailures',
  child: 'childExits',
};

/** The connections and the load of one thread, from connecting to the last reply. */
export class LoadThread {
  onSecond: (point: SecondPoint) => void = () => undefined;
  readonly #plan: ThreadPlan;
  readonly #recorder: LoadRecorder;
  readonly #context: LoadContext;
  #driver: LoadDriver = IDLE_DRIVER;
  /** Those that are connected; their index here is the driver's. */
  readonly #clients: LoadClient[] = [];
  readonly #connecting = new Set<LoadClient>();
  #isClosed = false;
  readonly #timers: NodeJS.Timeout[] = [];
  #finish: (() => void) | null = null;
  #isDraining = false;
  #drainEndUs = Number.POSITIVE_INFINITY;
  #utilization: EventLoopUtilization | null = null;
  #spunBeforeUs = 0;
  #busyShare = 0;

  constructor(plan: ThreadPlan) {
    this.#plan = plan;
    this.#recorder = new LoadRecorder(plan.workload.messages);
    this.#recorder.onSecond = (point) => this.onSecond(point);
    this.#recorder.countInFlight = () => this.#countInFlight();
    const { target } = plan;
    this.#context = new LoadContext(
      plan.workload,
      target.kind === 'websocket' ? 'websocket' : target.framing,
      plan.model.kind !== 'closed',
      this.#recorder,
      plan.readPauseMs,
      plan.timeoutMs,
    );
  }

  /** Opens all connections and does their handshakes. Failures are in the report, never thrown. */
  async connect(): Promise<ConnectReport> {
    const { connections, firstConnection } = this.#plan;
    const failures: { counter: ConnectCounter; reason: string }[] = [];
    let next = 0;
    const connectSome = async (): Promise<void> => {
      while (next < connections && !this.#isClosed) {
        const number = firstConnection + next++;
        try {
          await this.#connectOne(number);
        } catch (error) {
          if (!(error instanceof ConnectFailure)) throw error;
          const counter = COUNTER_OF[error.kind];
          failures.push({ counter, reason: error.message });
          this.#recorder.onConnectFailure(counter, error.message);
        }
      }
    };
    await Promise.all(Array.from({ length: CONNECTS_AT_ONCE }, connectSome));
    const pids = this.#clients.map((client) => client.connection?.pid ?? null);
    return {
      connected: this.#clients.length,
      failures,
      pids: pids.filter((pid) => pid !== null),
    };
  }

  /** Begins at that moment; settles when the last reply has come or is given up. */
  async run(startEpochMs: number): Promise<ThreadOutcome> {
    const { rampMs, warmupMs, durationMs, timeoutMs } = this.#plan;
    const startUs = Math.max(nowUs(), fromEpochMs(startEpochMs));
    const windowStartUs = startUs + (rampMs + warmupMs) * 1_000;
    const windowEndUs =
      durationMs === null ? Number.POSITIVE_INFINITY : windowStartUs + durationMs * 1_000;
    this.#recorder.begin(startUs, windowStartUs, windowEndUs);
    this.#driver = this.#makeDriver();
    this.#context.driver = this.#driver;
    await new Promise<void>((resolve) => {
      this.#finish = resolve;
      this.#at(startUs, () => this.#driver.start(startUs));
      this.#at(windowStartUs, () => this.#beginMeasuring());
      if (durationMs !== null) this.#at(windowEndUs, () => void this.#drain(windowEndUs));
      this.#timers.push(setInterval(() => this.#tick(), Math.min(1_000, timeoutMs) / 4));
    });
    for (const timer of this.#timers) clearTimeout(timer);
    return this.#recorder.outcome(this.#busyShare);
  }

  /** Instead of run(): what connecting has counted, and nothing else. */
  abandon(): Promise<ThreadOutcome> {
    const now = nowUs();
    this.#recorder.begin(now, now, now);
    return Promise.resolve(this.#recorder.outcome(0));
  }

  /** Ends the measured part now; run() then settles as it does at the end of the time. */
  stop(): void {
    if (this.#finish === null) return;
    if (this.#isDraining) {
      this.#driver.stop();
      return;
    }
    const now = nowUs();
    this.#recorder.closeWindow(now);
    void this.#drain(now);
  }

  /** Ends at once, without waiting for replies; what is in flight then is not lost but left. */
  cut(): void {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#driver.stop();
    this.#recorder.closeWindow(nowUs());
    this.#finish?.();
    this.#finish = null;
  }

  /** Closes the connections; settles when they, and children, are gone. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.#clients, ...this.#connecting].map((client) => client.close()));
  }

  async #connectOne(number: number): Promise<void> {
    const { target, workload, model, connectTimeoutMs } = this.#plan;
    const source: MessageSource =
      workload.recording === null
        ? new WeightedMix(workload.messages, workload.seed + number)
        : new RecordingLoop(workload.recording);
    const maxFlights = model.kind === 'closed' ? model.depth : MAX_FLIGHTS_PER_CONNECTION;
    const client = new LoadClient(number, this.#context, source, maxFlights);
    this.#connecting.add(client);
    try {
      const connection = await openConnection(target, client, connectTimeoutMs);
      client.handshake = new Handshake(connection, client.flights, number, connectTimeoutMs);
      await client.handshake.run(workload.handshake, workload.dialect, this.#context.framing);
    } catch (error) {
      await client.close();
      throw error;
    } finally {
      this.#connecting.delete(client);
    }
    client.handshake = null;
    client.driverIndex = this.#clients.length;
    this.#clients.push(client);
  }

  #makeDriver(): LoadDriver {
    const { model, workload, rampMs, requests, firstConnection } = this.#plan;
    const seed = workload.seed + firstConnection;
    // A load that time bounds goes on to the end of its time, due requests or not.
    const exhausted = (): void => {
      if (requests !== null) void this.#drain(null);
    };
    switch (model.kind) {
      case 'closed': {
        const { depth } = model;
        const settings = { depth, rampMs, thinkTime: workload.thinkTime, requests, seed };
        return new ClosedDriver(this.#clients, this.#recorder, settings, exhausted);
      }
      case 'open': {
        const { stages, arrivals, phase } = model;
        const due = new RateArrivals(stages, arrivals, phase, new Random(seed));
        const schedule = new RateSchedule(due);
        return new OpenDriver(this.#clients, schedule, this.#recorder, requests, exhausted);
      }
      case 'replay': {
        const schedule = new ReplaySchedule(workload.recording ?? [], this.#clients.length, rampMs);
        return new OpenDriver(this.#clients, schedule, this.#recorder, requests, exhausted);
      }
    }
  }

  /** Never before its time: timers leave fractions of a millisecond out and so come too early. */
  #at(us: number, action: () => void): void {
    const act = (): void => {
      if (nowUs() < us) this.#at(us, action);
      else action();
    };
    this.#timers.push(setTimeout(act, Math.max(0, (us - nowUs()) / 1_000)));
  }

  #beginMeasuring(): void {
    this.#utilization = performance.eventLoopUtilization();
    this.#spunBeforeUs = this.#driver.spunUs;
  }

  /** A few times a second: seconds that end without any traffic, timeouts, dead connections. */
  #tick(): void {
    const now = nowUs();
    this.#recorder.advance(now);
    for (const client of this.#clients) client.expire(now - this.#plan.timeoutMs * 1_000);
    if (this.#clients.every((client) => client.hasEnded)) this.stop();
  }

  /** No more is sent. `endUs`: end of the measured time; null: it ends with the last reply. */
  async #drain(endUs: number | null): Promise<void> {
    if (this.#isDraining) return;
    this.#isDraining = true;
    this.#measureBusyShare();
    if (endUs === null) this.#driver.stop();
    else await this.#driver.finish(endUs);
    const now = nowUs();
    if (endUs !== null) this.#recorder.advance(now);
    this.#drainEndUs = now + this.#plan.timeoutMs * 1_000;
    this.#checkDrained(endUs);
  }

  #checkDrained(endUs: number | null): void {
    const now = nowUs();
    if (this.#countInFlight() > 0 && now < this.#drainEndUs) {
      this.#timers.push(setTimeout(() => this.#checkDrained(endUs), DRAIN_CHECK_MS));
      return;
    }
    // What is left has waited for as long as the drain lasts, which is the timeout.
    for (const client of this.#clients) client.expire(Number.POSITIVE_INFINITY);
    for (const client of this.#clients) client.abandon();
    if (endUs === null) this.#recorder.closeWindow(this.#recorder.lastEventUs);
    this.#finish?.();
    this.#finish = null;
  }

  #measureBusyShare(): void {
    if (this.#utilization === null) return;
    const { active, idle } = performance.eventLoopUtilization(this.#utilization);
    const spunMs = (this.#driver.spunUs - this.#spunBeforeUs) / 1_000;
    const total = active + idle;
    this.#busyShare = total === 0 ? 0 : Math.max(0, Math.min(1, (active - spunMs) / total));
  }

  #countInFlight(): number {
    let count = 0;
    for (const client of this.#clients) {
      if (!client.hasEnded) count += client.flights.count + client.waiting;
    }
    return count;
  }
}
