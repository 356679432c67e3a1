import type { Batch } from '../../src/lane/batch.js';
import type { Flow, FrameSource } from '../../src/lane/flow.js';
import { Lane } from '../../src/lane/lane.js';
import { silentLogger } from '../../src/log.js';
import { MultiplexSession } from '../../src/multiplex/multiplex-session.js';
import { NotificationRules } from '../../src/multiplex/notification-rules.js';
import { RequestTable } from '../../src/multiplex/request-table.js';
import { SharedServer } from '../../src/multiplex/shared-server.js';
import type { Client } from '../../src/session/client.js';
import type { Upstream, UpstreamEvents } from '../../src/upstream/upstream.js';
import { FRAMING_NONE } from '../../workers/batch-layout.js';
import { createIdStore } from '../../workers/id-store.js';
import { PortableKernel } from '../../workers/kernel/portable-kernel.js';

/** Frames that are there when they are pushed. */
class Frames implements FrameSource {
  readonly #frames: Uint8Array[] = [];
  flow: Flow | null = null;

  push(frame: string): void {
    this.#frames.push(Buffer.from(frame));
    this.flow?.pump();
  }

  peek(): Uint8Array | null {
    return this.#frames[0] ?? null;
  }

  shift(): void {
    this.#frames.shift();
  }

  resume(): void {
    // Everything is there already.
  }
}

/** A client whose requests and answers are written down. */
class PlayedClient implements Client {
  readonly label = 'played client';
  readonly framing = FRAMING_NONE;
  readonly heldBackBytes = 0;
  readonly source = new Frames();
  readonly answers: { id: string; result?: string; error?: object }[] = [];
  readonly sink = {
    write: (flow: Flow, batch: Batch, from: number, to: number): void => {
      for (let i = from; i < to; i++) this.#got(batch.output(i));
      flow.taken(to - from);
    },
  };

  start(flow: Flow): void {
    this.source.flow = flow;
  }

  reply(bytes: Uint8Array): void {
    this.#got(bytes);
  }

  send(batch: Batch, frames: Int32Array, count: number): void {
    for (let i = 0; i < count; i++) this.#got(batch.output(frames[i]!));
  }

  sendOne(message: Uint8Array): void {
    this.#got(message);
  }

  close(): void {
    // It is the test that lets clients leave.
  }

  #got(bytes: Uint8Array): void {
    this.answers.push(JSON.parse(Buffer.from(bytes).toString()) as (typeof this.answers)[number]);
  }
}

/** A process that answers when it is told to. */
class PlayedServer implements Upstream {
  readonly label = 'played server';
  readonly framing = FRAMING_NONE;
  readonly source = new Frames();
  readonly received: { id?: number; method: string; params?: unknown }[] = [];
  readonly #events: UpstreamEvents;
  #ended = false;
  readonly sink = {
    write: (flow: Flow, batch: Batch, from: number, to: number): void => {
      for (let i = from; i < to; i++) this.#got(batch.output(i));
      flow.taken(to - from);
    },
  };

  constructor(events: UpstreamEvents) {
    this.#events = events;
  }

  start(flow: Flow): void {
    this.source.flow = flow;
  }

  onceReady(callback: () => void): void {
    callback();
  }

  sendOne(message: Uint8Array): void {
    this.#got(message);
  }

  closeInput(): void {
    // It reads what it is given at once.
  }

  discardOutput(): void {
    // What it said has been taken at once.
  }

  stop(): Promise<void> {
    this.crash();
    return Promise.resolve();
  }

  crash(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.gone('it crashed', { code: 1, signal: null });
    this.source.flow?.endOfSource();
  }

  #got(bytes: Uint8Array): void {
    this.received.push(JSON.parse(Buffer.from(bytes).toString()) as (typeof this.received)[number]);
  }
}

export type Step =
  | { readonly do: 'request' | 'cancel'; readonly client: number; readonly id: number }
  | { readonly do: 'reply' | 'repeat'; readonly nth: number }
  | { readonly do: 'forge'; readonly id: number }
  | { readonly do: 'leave'; readonly client: number }
  | { readonly do: 'crash' | 'settle' };

/**
 * Clients and a server process that are played, around the real multiplexer; beside them the
 * model: each request carries a serial number as its params, the server answers with it, so
 * every answer says which request it belongs to.
 */
export class WorldOfClients {
  /** What was against the rules. */
  readonly problems: string[] = [];
  readonly #table: RequestTable;
  readonly #server: SharedServer;
  readonly #clients: { client: PlayedClient; session: MultiplexSession }[];
  readonly #gone = new Set<number>();
  readonly #asked: { client: number; id: string }[] = [];
  readonly #replied: { server: PlayedServer; frame: string }[] = [];
  #process: PlayedServer | null = null;

  constructor(clients: number) {
    const ids = createIdStore();
    const kernel = new PortableKernel(ids);
    const log = silentLogger();
    const runner = { run: () => Promise.resolve(), runBig: () => Promise.resolve() };
    const lane = new Lane({ runner, kernel, inlineBytes: Number.POSITIVE_INFINITY, log });
    this.#table = new RequestTable(ids);
    this.#server = new SharedServer({
      upstream: (events) => {
        this.#process = new PlayedServer(events);
        return this.#process;
      },
      framing: FRAMING_NONE,
      lane,
      table: this.#table,
      handshakeMethods: [],
      profile: 'mcp',
      serverRequests: 'owner',
      notifications: new NotificationRules(new Map()),
      maxRestarts: 1000,
      eager: true,
      idleTimeoutMs: 1000,
      log,
    });
    this.#clients = Array.from({ length: clients }, () => {
      const client = new PlayedClient();
      const session = new MultiplexSession({
        client,
        lane,
        server: this.#server,
        disconnectOnMalformed: false,
        maxArray: 10,
        outlet: { overflowBytes: 1e9, graceMs: 1e6 },
        log,
        onEnded: () => undefined,
      });
      return { client, session };
    });
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'request':
        if (this.#gone.has(step.client)) return;
        this.#asked.push({ client: step.client, id: `id ${step.id}` });
        this.#clients[step.client]!.client.source.push(
          `{"id":"id ${step.id}","method":"m","params":[${this.#asked.length - 1}]}`,
        );
        return;
      case 'cancel':
        if (this.#gone.has(step.client)) return;
        this.#clients[step.client]!.client.source.push(
          `{"method":"notifications/cancelled","params":{"requestId":"id ${step.id}"}}`,
        );
        return;
      case 'reply':
        this.#reply(step.nth);
        return;
      case 'repeat': {
        const { server, frame } = this.#replied[step.nth % Math.max(1, this.#replied.length)] ?? {};
        if (server === this.#process && frame !== undefined) server.source.push(frame);
        return;
      }
      case 'forge': {
        // What is on its way counts as known: a server may answer whatever it has.
        await this.#settle();
        const known = this.#process!.received.some(({ id }) => id === step.id);
        if (!known) this.#process!.source.push(`{"id":${step.id},"result":["forged"]}`);
        return;
      }
      case 'leave':
        this.#leave(step.client);
        return;
      case 'crash':
        this.#process!.crash();
        await this.#settle();
        return;
      case 'settle':
        await this.#settle();
    }
  }

  /** Answers what is left, checks every answer, and lets everybody go. */
  async end(): Promise<void> {
    await this.#settle();
    while (this.#open().length > 0) {
      this.#reply(0);
      await this.#settle();
    }
    this.#check();
    for (const client of this.#clients.keys()) this.#leave(client);
    await this.#settle();
    await this.#server.stop();
  }

  leftovers(): { requests: number; serverRequests: number; sessions: number } {
    return {
      requests: this.#table.count,
      serverRequests: this.#server.requests.size,
      sessions: this.#server.sessions.size,
    };
  }

  #leave(client: number): void {
    if (this.#gone.has(client)) return;
    this.#gone.add(client);
    this.#clients[client]!.session.clientEnded(true);
  }

  /** Requests that the process at hand has and has not answered. */
  #open(): { id: number; params: unknown }[] {
    const answered = new Set(
      this.#replied
        .filter(({ server }) => server === this.#process)
        .map(({ frame }) => idOf(frame)),
    );
    return this.#process!.received.flatMap(({ id, params }) =>
      id === undefined || answered.has(id) ? [] : [{ id, params }],
    );
  }

  #reply(nth: number): void {
    const open = this.#open();
    const request = open[nth % Math.max(1, open.length)];
    if (request === undefined) return;
    const frame = JSON.stringify({ id: request.id, result: request.params });
    this.#replied.push({ server: this.#process!, frame });
    this.#process!.source.push(frame);
  }

  /** Until lanes are empty and a server that crashed has been started again. */
  async #settle(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    while (!this.#server.isUp) await new Promise((resolve) => setTimeout(resolve, 1));
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  #check(): void {
    for (const [n, { client }] of this.#clients.entries()) {
      const asked = this.#asked.flatMap((request, serial) =>
        request.client === n ? [{ ...request, serial }] : [],
      );
      const expected = new Map<string, number>();
      for (const { id } of asked) expected.set(id, (expected.get(id) ?? 0) + 1);
      for (const { id, result, error } of client.answers) {
        expected.set(id, (expected.get(id) ?? 0) - 1);
        if (error !== undefined) continue;
        const serial = Number((result as unknown as number[])[0]);
        const own = asked.some((request) => request.serial === serial && request.id === id);
        if (!own) this.problems.push(`client ${n} got ${JSON.stringify(result)} for ${id}`);
      }
      for (const [id, missing] of expected) {
        if (missing < 0)
          this.problems.push(`client ${n} got ${-missing} answers too many to ${id}`);
        if (missing > 0 && !this.#gone.has(n)) {
          this.problems.push(`client ${n} lacks ${missing} answers to ${id}`);
        }
      }
    }
  }
}

function idOf(frame: string): number {
  return (JSON.parse(frame) as { id: number }).id;
}
