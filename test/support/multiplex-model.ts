import assert from 'node:assert/strict';
import { MultiplexSession } from '../../src/multiplex/multiplex-session.js';
import { ID_SLOTS } from '../../workers/id-store.js';
import type { MemoryClient } from './memory-client.js';
import type { MemoryUpstream } from './memory-upstream.js';
import { MultiplexWorld, NOTHING_LEFT, type WorldOptions } from './multiplex-world.js';

/** Ids as clients write them; several mean the same, and several are used again in flight. */
export const RAW_IDS = [
  ...['1', '1.0', '"1"', '"\\u0031"', '9007199254740993', '9007199254740992'],
  `"${'long '.repeat(10)}é"`,
];
const TOKENS = ['"t"', '7', '"p3"', '1'];

/** One step of a run; the numbers choose among what there is, modulo. */
export type Step =
  | { readonly do: 'connect' | 'crash' | 'settle' | 'tick' | 'timeout' }
  | {
      readonly do: 'request' | 'cancel';
      readonly client: number;
      readonly id: number;
      readonly token: number;
    }
  | { readonly do: 'batch'; readonly client: number; readonly ids: readonly number[] }
  | { readonly do: 'reply' | 'progress'; readonly which: number; readonly isError: boolean }
  | {
      readonly do: 'forge' | 'foresee' | 'disconnect' | 'garbage' | 'cancelForeign';
      readonly which: number;
    }
  | { readonly do: 'ask'; readonly answers: readonly number[] };

interface Asked {
  readonly tag: number;
  readonly client: MemoryClient;
  readonly rawId: string;
  readonly rawToken: string | null;
}

interface Open {
  readonly id: number;
  readonly asked: Asked;
  /** Cancels of it that the process was sent. */
  cancels: number;
}

/**
 * Clients, a server and a simple idea of what the multiplexer between them must do. Every request
 * has a tag in its params, which the server returns, so that an answer tells what it answers.
 */
export class MultiplexModel {
  readonly world: MultiplexWorld;
  readonly #asked: Asked[] = [];
  readonly #seenTags = new Set<number>();
  /** Requests that the process at hand has and has not answered. */
  #open: Open[] = [];
  readonly #usedIds: number[] = [];
  /** Questions of the server: who may answer. */
  readonly #questions: (MemoryClient | null)[] = [];
  readonly #answered = new Set<number>();
  /** Ids that each client has cancelled, as it wrote them: these need not be answered. */
  readonly #cancelled = new Map<MemoryClient, string[]>();
  /** Messages of a handshake that the process at hand was sent. */
  #handshake: string[] = [];
  #crashes = 0;
  readonly #tick: () => void;

  /** `tick`: lets the time pass that a restart waits for. */
  constructor(tick: () => void, options: WorldOptions = {}) {
    this.#tick = tick;
    this.world = new MultiplexWorld({
      ...options,
      maxRestarts: 1_000_000,
      profile: 'mcp',
      onStart: (upstream) => {
        this.#open = [];
        this.#handshake = [];
        upstream.onMessage = (text) => this.#serverGot(upstream, text);
      },
    });
  }

  async run(step: Step): Promise<void> {
    switch (step.do) {
      case 'connect':
        this.#connect();
        break;
      case 'request':
        this.#with(this.#clients, step.client, (client) =>
          client.say(this.#request(client, step.id, step.token)),
        );
        break;
      case 'batch':
        this.#with(this.#clients, step.client, (client) =>
          client.say(`[${step.ids.map((id) => this.#request(client, id, id)).join(',')},7]`),
        );
        break;
      case 'cancel':
        this.#with(this.#clients, step.client, (client) =>
          this.#cancel(client, at(RAW_IDS, step.id)),
        );
        break;
      case 'cancelForeign':
        this.#with(this.#clients, step.which, (client) =>
          this.#cancel(client, String(at([...this.#usedIds, 99], step.which))),
        );
        break;
      case 'reply':
        this.#with(this.#open, step.which, (open) => this.#reply(open, step.isError));
        break;
      case 'progress':
        this.#with(this.#open, step.which, ({ id, asked }) => {
          if (asked.rawToken === null) return;
          this.#say('notifications/progress', `sluice-${id}`, asked.tag);
        });
        break;
      case 'forge':
        this.#forge(step.which);
        break;
      case 'foresee':
        // Ids that requests will have, or have that wait for the process to take them.
        await this.world.settle();
        if (this.world.upstreams.length === 0) break;
        this.world.upstream.say(
          `{"id":${Math.max(0, ...this.#usedIds) + 1 + step.which},"result":"forged"}`,
        );
        await this.world.settle();
        break;
      case 'garbage':
        this.#with(this.#clients, step.which, (client) => client.say('{"id":'));
        break;
      case 'disconnect':
        this.#with(this.#clients, step.which, (client) => client.hangUp());
        break;
      case 'ask':
        await this.#ask(step.answers);
        break;
      case 'crash':
        if (this.world.upstreams.length > 0) this.#crash(this.world.upstream);
        break;
      case 'tick':
        this.#tick();
        break;
      case 'timeout':
        this.#timeOutOldest();
        break;
      case 'settle':
        await this.world.settle();
    }
  }

  /** Lets the server answer everything, and looks at what every client has got. */
  async finish(): Promise<void> {
    for (let round = 0; round < 4; round++) {
      await this.world.settle();
      this.#tick();
    }
    await this.world.settle();
    for (const open of [...this.#open]) this.#reply(open, false);
    await this.world.settle();
    for (const client of this.world.clients) this.#check(client);
    for (const client of this.world.clients) client.hangUp();
    await this.world.settle();
    assert.deepEqual(this.world.left, NOTHING_LEFT);
  }

  get #clients(): MemoryClient[] {
    return this.world.clients.filter(({ gone }) => !gone);
  }

  #with<T>(from: readonly T[], which: number, action: (chosen: T) => void): void {
    if (from.length > 0) action(at(from, which));
  }

  #connect(): void {
    const client = this.world.connect();
    client.say(
      '{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"1"}}',
    );
    client.say('{"jsonrpc":"2.0","method":"notifications/initialized"}');
  }

  #request(client: MemoryClient, id: number, token: number): string {
    const rawId = at(RAW_IDS, id);
    const rawToken = token % 2 === 0 ? null : at(TOKENS, token);
    const asked = { tag: this.#asked.length, client, rawId, rawToken };
    this.#asked.push(asked);
    const meta = rawToken === null ? '' : `,"_meta":{"progressToken":${rawToken}}`;
    return `{"id":${rawId},"method":"m","params":{"tag":${asked.tag}${meta}}}`;
  }

  #timeOutOldest(): void {
    const [oldest] = this.world.table.overdue(0);
    if (oldest?.owner instanceof MultiplexSession) oldest.owner.timeOut(oldest.id);
  }

  #cancel(client: MemoryClient, rawId: string): void {
    this.#cancelled.set(client, [...(this.#cancelled.get(client) ?? []), rawId]);
    const by = this.world.clients.indexOf(client);
    client.say(`{"method":"notifications/cancelled","params":{"requestId":${rawId},"by":${by}}}`);
  }

  #reply(open: Open, isError: boolean): void {
    this.#open = this.#open.filter((other) => other !== open);
    const { tag } = open.asked;
    const result = isError ? `"error":{"code":1,"message":"${tag}"}` : `"result":{"tag":${tag}}`;
    this.world.upstream.say(`{"jsonrpc":"2.0","id":${open.id},${result}}`);
  }

  #say(method: string, progressToken: string, tag: number): void {
    this.world.upstream.say(JSON.stringify({ method, params: { progressToken, tag } }));
  }

  /** Replies and progress that are nobody's, or somebody's a second time. */
  #forge(which: number): void {
    const answered = this.#usedIds.filter((id) => !this.#open.some((open) => open.id === id));
    const id = at([...answered, 77_777], which);
    const texts = [
      `{"id":${id},"result":"forged"}`,
      `{"id":"${id}","result":"forged"}`,
      `{"id":${id}.0,"result":"forged"}`,
      // The same slot as one that is in flight.
      `{"id":${at([...this.#usedIds, id], which) + ID_SLOTS},"error":{"code":1,"message":"forged"}}`,
      `{"method":"notifications/progress","params":{"progressToken":${id},"forged":1}}`,
      `{"method":"notifications/progress","params":{"progressToken":"sluice-${id}","forged":1}}`,
      'noise',
    ];
    if (this.world.upstreams.length > 0) this.world.upstream.say(at(texts, which));
  }

  /** The server asks somebody; the clients that `answers` names say something. */
  async #ask(answers: readonly number[]): Promise<void> {
    if (this.world.upstreams.length === 0 || this.#clients.length === 0) return;
    const before = this.#clients.map(({ received }) => received.length);
    const clients = this.#clients;
    this.world.upstream.say(`{"id":"q${this.#questions.push(null) - 1}","method":"question"}`);
    await this.world.settle();
    const got = clients.filter((client, i) =>
      client.received.slice(before[i]).some((text) => text.includes('"method":"question"')),
    );
    assert.ok(got.length <= 1, 'a question goes to one client');
    this.#questions[this.#questions.length - 1] = got[0] ?? null;
    const given = /.*"id":(\d+),"method":"question"/s.exec(got[0]?.received.join('\n') ?? '');
    for (const which of answers) {
      // Whoever answers, and however often: only the first answer of the asked one counts.
      const client = at(clients, which);
      const from = this.world.clients.indexOf(client);
      client.say(`{"id":${given?.[1] ?? 0},"result":{"from":${from}}}`);
    }
  }

  #crash(upstream: MemoryUpstream): void {
    if (!upstream.exited) this.#crashes++;
    this.#open = [];
    upstream.exit(null, 'SIGKILL');
  }

  #serverGot(upstream: MemoryUpstream, text: string): void {
    const message = JSON.parse(text) as {
      id?: unknown;
      method?: string;
      params?: { tag?: number; requestId?: number; by?: number; reason?: string };
      result?: { from: number };
    };
    if (message.method?.includes('initialize')) this.#serverGreeted(message.method);
    if (message.method === 'initialize') {
      const id = /"id":(\d+)/.exec(text)![1]!;
      // In a turn of its own, as from a process.
      setImmediate(() => upstream.say(`{"jsonrpc":"2.0","id":${id},"result":{"init":true}}`));
    } else if (message.method === 'm') {
      this.#serverAsked(message.id, message.params!.tag!);
    } else if (message.method === 'notifications/cancelled') {
      this.#serverCancelled(message.params!);
    } else if (message.method === undefined) {
      this.#serverAnswered(Number(String(message.id).slice(1)), message.result?.from);
    }
  }

  /** A process is told of the handshake once, before anything else. */
  #serverGreeted(method: string): void {
    if (this.world.server.handshakeMethods.size === 0) return;
    assert.ok(!this.#handshake.includes(method), `${method} is not sent twice`);
    this.#handshake.push(method);
    assert.equal(this.#handshake[0], 'initialize');
  }

  #serverAsked(id: unknown, tag: number): void {
    assert.ok(Number.isInteger(id), 'ids at the server are integers');
    assert.ok(!this.#seenTags.has(tag), 'nothing is sent twice');
    this.#seenTags.add(tag);
    assert.ok(!this.#usedIds.includes(id as number), 'ids at the server are unique');
    this.#usedIds.push(id as number);
    this.#open.push({ id: id as number, asked: this.#asked[tag]!, cancels: 0 });
  }

  /** `from`: the client that says so; undefined: an error of the gateway. */
  #serverAnswered(question: number, from: number | undefined): void {
    assert.ok(!this.#answered.has(question), 'a question has one answer');
    this.#answered.add(question);
    const askedClient = this.#questions[question] ?? null;
    if (from !== undefined) assert.equal(this.world.clients[from], askedClient, 'its own answer');
    else assert.ok(askedClient === null || askedClient.gone, 'who is there answers itself');
  }

  #serverCancelled(params: { requestId?: number; by?: number; reason?: string }): void {
    const open = this.#open.find(({ id }) => id === params.requestId);
    // Its reply may have crossed the cancel, or the process be another one.
    if (open === undefined) return;
    const { client } = open.asked;
    assert.equal(++open.cancels, 1, 'nothing is cancelled twice');
    if (params.by === undefined) assert.ok(client.gone || /timed out/.test(params.reason ?? ''));
    else assert.equal(params.by, this.world.clients.indexOf(client), 'own requests only');
    if (client.gone) this.#open = this.#open.filter((other) => other !== open);
  }

  #check(client: MemoryClient): void {
    const answers = client.received.flatMap(messagesIn);
    for (const { text } of answers) assert.ok(!text.includes('forged'), text);
    for (const { text, tag } of answers.filter(
      ({ method }) => method === 'notifications/progress',
    )) {
      const asked = this.#asked[tag!]!;
      assert.equal(asked.client, client, 'progress goes to its owner');
      assert.ok(text.includes(`"progressToken":${asked.rawToken},`), text);
    }
    const replies = answers.filter(({ method, id }) => method === undefined && id !== 'null');
    const tags = replies.flatMap(({ tag }) => (tag === undefined ? [] : [tag]));
    assert.equal(new Set(tags).size, tags.length, 'no answer comes twice');
    for (const { tag, id } of replies) {
      if (tag === undefined) continue;
      assert.equal(this.#asked[tag]!.client, client, 'an answer goes to who asked');
      assert.equal(id, this.#asked[tag]!.rawId, 'with its id as it was written');
    }
    const untold = replies.filter(({ tag, id }) => tag === undefined && id !== '"init"');
    assert.ok(
      untold.every(({ text }) => /"upstream_exited"|"timeout"/.test(text)),
      untold[0]?.text,
    );
    const died = untold.filter(({ text }) => text.includes('"upstream_exited"'));
    if (this.#crashes === 0) assert.equal(died.length, 0, 'nothing died');
    if (client.gone) return;
    assert.equal(replies.filter(({ id }) => id === '"init"').length, 1, 'answers to initialize');
    for (const rawId of RAW_IDS) {
      const asked = this.#asked.filter((one) => one.client === client && one.rawId === rawId);
      const answered = replies.filter(({ id }) => id === rawId);
      const unanswered = asked.length - answered.length;
      assert.ok(unanswered >= 0, `answers to ${rawId}`);
      const cancels = (this.#cancelled.get(client) ?? []).filter((id) => isSame(id, rawId));
      assert.ok(unanswered <= cancels.length, `no answer to ${rawId}`);
    }
  }
}

interface Answer {
  readonly text: string;
  /** JSON text; undefined for a notification. */
  readonly id: string | undefined;
  readonly method: string | undefined;
  readonly tag: number | undefined;
}

/** A frame's messages; those of an array one by one. */
function messagesIn(frame: string): Answer[] {
  const parsed = JSON.parse(frame) as unknown;
  const texts = Array.isArray(parsed) ? elementsOf(frame) : [frame];
  return texts.map((text) => {
    const { method, result, error, params } = JSON.parse(text) as {
      method?: string;
      result?: { tag?: number };
      error?: { code: number; message: string };
      params?: { tag?: number };
    };
    const id = /^\{(?:"jsonrpc":"2\.0",)?"id":("(?:[^"\\]|\\.)*"|[^,]+),/.exec(text)?.[1];
    const ofError = error?.code === 1 ? Number(error.message) : undefined;
    return { text, id, method, tag: result?.tag ?? params?.tag ?? ofError };
  });
}

/** The elements of an array of objects, as they are written. */
function elementsOf(array: string): string[] {
  return array.slice(1, -1).split(/(?<=\}),(?=\{)/);
}

/** Whether two JSON texts are the same string or number; beyond 2^53 only the same text is. */
function isSame(a: string, b: string): boolean {
  const isBig = Number(a) > Number.MAX_SAFE_INTEGER;
  return a === b || (!isBig && JSON.parse(a) === JSON.parse(b));
}

function at<T>(from: readonly T[], which: number): T {
  return from[which % from.length]!;
}
