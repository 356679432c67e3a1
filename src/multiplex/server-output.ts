import {
  ID_START,
  KIND_REQUEST,
  KIND_RESPONSE,
  PARAMS_START,
  REQUEST_ID,
  SPAN_A_END,
  SPAN_A_START,
} from '../../workers/batch-layout.js';
import { requestOfToken } from '../../workers/given-tokens.js';
import { MAX_GIVEN_ID } from '../../workers/id-store.js';
import type { ReplyError } from '../../workers/kernel/replies.js';
import type { Batch } from '../lane/batch.js';
import type { Flow, FlowHandler } from '../lane/flow.js';
import type { BatchFlusher } from '../lane/lane.js';
import { MAX_PARSED_BYTES } from '../limits.js';
import { brokenServerReplyId } from '../session/broken-reply.js';
import { errorReply } from '../session/error-reply.js';
import { GATEWAY_ERRORS } from '../session/gateway-errors.js';
import { jsonValue } from '../session/json-value.js';
import { isLogLine } from '../session/log-lines.js';
import { MethodNames } from '../session/method-names.js';
import {
  CANCEL_METHODS,
  MCP_CANCELLED,
  PING,
  PROGRESS_METHODS,
} from '../session/protocol-methods.js';
import { frameId, idKey } from '../session/request-id.js';
import { takesServerArray } from '../session/server-array.js';
import type { Handshake, KeptReply } from './handshake.js';
import { MultiplexSession } from './multiplex-session.js';
import type { NotificationRules } from './notification-rules.js';
import { type ProgressToken, progressToken, tokenOfParams } from './progress-token.js';
import type { RequestTable } from './request-table.js';
import type { ServerRequestRule } from './server-request-rule.js';
import { chooseClient, type ServerRequests } from './server-requests.js';
import type { ServerTokens } from './server-tokens.js';
import type { SharedHandshake } from './shared-handshake.js';
import { splice } from './splice.js';

const NOBODYS_PROGRESS = "progress of a token that is nobody's";
const NOBODYS_REPLY = 'a reply that nobody waits for';
const PROGRESS_CREATE = 'window/workDoneProgress/create';

/** What ServerOutput needs of the server whose output it gets. */
export interface SpeakingServer {
  readonly table: RequestTable;
  readonly handshake: Handshake;
  readonly sharedHandshake: SharedHandshake<MultiplexSession>;
  readonly requests: ServerRequests;
  readonly tokens: ServerTokens<MultiplexSession>;
  readonly sessions: ReadonlySet<MultiplexSession>;
  readonly notifications: NotificationRules;
  readonly serverRequestRule: ServerRequestRule;
  /** Sends the server a message of ours. */
  send(message: Uint8Array): void;
  /** What is nobody's goes nowhere. */
  dropped(what: string): void;
  noise(reason: string): void;
  /** What it said cannot be delivered, and whom it would have answered is not known. */
  tooBig(reason: string): void;
  outputEnded(): void;
}

/**
 * What a shared server says: replies go to whoever asked, requests to one client,
 * notifications to those that they concern. Clients do not hold each other up: all
 * frames of a batch count as taken with it, and each client's outlet has its own bounds.
 */
export class ServerOutput implements FlowHandler, BatchFlusher {
  readonly #server: SpeakingServer;
  /** Those that do not simply go on. */
  readonly #methods: MethodNames;
  /** Sessions that the batch in delivery has something for. */
  #dirty: MultiplexSession[] = [];
  /** Frames of the batch in delivery that are not counted as taken yet. */
  #delivered = 0;
  #flow: Flow | null = null;

  constructor(server: SpeakingServer) {
    this.#server = server;
    this.#methods = new MethodNames([
      ...server.notifications.keys(),
      ...CANCEL_METHODS,
      ...PROGRESS_METHODS,
      PROGRESS_CREATE,
      PING,
    ]);
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    flow.lane.flushLater(this);
    for (let i = from; i < to; i++) {
      const kind = batch.verdict(i);
      if (kind >= KIND_RESPONSE) this.#reply(batch, i);
      else if (kind === KIND_REQUEST) this.#request(batch, i);
      else this.#notification(batch, i);
    }
    this.#flow = flow;
    this.#delivered += to - from;
  }

  /**
   * A reply that the worker has not restored: the original id is long, ours is spelled in another
   * way, or it is nobody's.
   */
  deliverNothing(_flow: Flow, batch: Batch, index: number): void {
    const id = givenId(batch, index);
    batch.setWord(index, REQUEST_ID, id);
    const client = this.#askedBy(batch, index);
    if (client === null) return;
    const edit = { ...batch.span(index, ID_START), bytes: this.#server.table.originalId(id) };
    this.#replyTo(client, batch, index, splice(batch.input(index), [edit]));
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    this.#server.noise(Buffer.from(batch.output(index)).toString('utf8'));
    // Nothing else will come for its request.
    const id = brokenServerReplyId(batch, index) === null ? 0 : givenId(batch, index);
    if (id === 0) return;
    // First: it may end a client that is too slow, and its requests with it.
    this.#flushAll();
    const { table } = this.#server;
    const owner = table.ownerOf(id, this.#server);
    if (owner instanceof MultiplexSession) {
      const method = table.extraOf(id)?.handshake;
      owner.answerError(id, GATEWAY_ERRORS.brokenReply);
      if (method !== undefined) this.#server.sharedHandshake.failed(method);
    } else if (owner !== null) this.#ownReply(batch, index, id);
  }

  array(_flow: Flow, count: number): boolean {
    return takesServerArray(this.#server, count);
  }

  ended(): void {
    this.#server.outputEnded();
  }

  flush(): void {
    this.#flushAll();
    const delivered = this.#delivered;
    this.#delivered = 0;
    // Last: with it the server's output may be over, and its clients closed.
    if (delivered > 0) this.#flow!.taken(delivered);
  }

  /** Also before a reply that has others answered with it: what came first goes first. */
  #flushAll(): void {
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const session of dirty) session.outlet.flush();
    for (const session of dirty) session.leaveIfAnswered();
  }

  #ownReply(batch: Batch, index: number, id: number): void {
    this.#flushAll();
    this.#server.sharedHandshake.ownReply(
      id,
      this.#kept(batch, index),
      batch.verdict(index) === KIND_RESPONSE,
    );
  }

  #reply(batch: Batch, index: number): void {
    const client = this.#askedBy(batch, index);
    if (client === null) return;
    const { table } = this.#server;
    const id = batch.word(index, REQUEST_ID);
    const extra = table.extraOf(id);
    if (extra?.array === undefined && extra?.handshake === undefined) {
      table.free(id);
      this.#send(client, batch, index);
    } else this.#replyTo(client, batch, index, batch.output(index));
  }

  /** The client that gets a reply; null: none does, it was the server's own, or is nobody's. */
  #askedBy(batch: Batch, index: number): MultiplexSession | null {
    const id = batch.word(index, REQUEST_ID);
    const owner = this.#server.table.ownerOf(id, this.#server);
    if (owner instanceof MultiplexSession) return owner;
    if (owner === null) this.#server.dropped(NOBODYS_REPLY);
    else this.#ownReply(batch, index, id);
    return null;
  }

  /** A reply that is part of an array, the answer to a handshake, or not as the worker wrote it. */
  #replyTo(session: MultiplexSession, batch: Batch, index: number, message: Uint8Array): void {
    const { table, handshake } = this.#server;
    const id = batch.word(index, REQUEST_ID);
    const method = table.extraOf(id)?.handshake;
    const { original, array } = table.take(id);
    if (method === undefined) {
      session.answer(message, array, original);
      return;
    }
    this.#flushAll();
    const isResult = batch.verdict(index) === KIND_RESPONSE;
    session.greeted = isResult;
    if (isResult) handshake.answered(method, this.#kept(batch, index));
    session.answer(message, array, original);
    if (isResult) this.#server.sharedHandshake.answered(method);
    else this.#server.sharedHandshake.failed(method);
  }

  #request(batch: Batch, index: number): void {
    const server = this.#server;
    const input = batch.input(index);
    const { profile } = server.handshake;
    if ((profile === 'mcp' || profile === 'lsp') && isLogLine(input)) {
      server.noise('it has an id and a method, but other members and no "jsonrpc": a log line?');
      return;
    }
    const span = batch.span(index, ID_START);
    const originalId = input.slice(span.start, span.end);
    const token = this.#serverToken(batch, index);
    const refusal = this.#refusal(token, this.#methods.find(batch, index));
    const client =
      refusal === null ? chooseClient(server.serverRequestRule, this.#greeted()) : null;
    if (client === null) {
      server.send(errorReply(originalId, refusal ?? GATEWAY_ERRORS.noClient));
      return;
    }
    const givenId = server.requests.add({ originalId, client, token });
    if (token !== undefined) server.tokens.add(token, client);
    const edit = { ...span, bytes: Buffer.from(String(givenId)) };
    this.#sendOwn(client, batch, splice(input, [edit]));
  }

  /**
   * Why no client is asked, whichever there are; `token`: a progress token that the server makes.
   */
  #refusal(token: ProgressToken | undefined, method: string | null): ReplyError | null {
    const { requests, tokens, serverRequestRule } = this.#server;
    if (serverRequestRule === 'refuse' && method !== PING) return GATEWAY_ERRORS.refused;
    if (requests.full) return GATEWAY_ERRORS.tooManyQuestions;
    if (token === undefined) return null;
    if (tokens.full) return GATEWAY_ERRORS.tooManyQuestions;
    return requestOfToken(JSON.stringify(token)) === null ? null : GATEWAY_ERRORS.tokenTaken;
  }

  #notification(batch: Batch, index: number): void {
    const server = this.#server;
    const method = this.#methods.find(batch, index);
    if (method !== null && batch.word(index, SPAN_A_END) !== 0) {
      if (CANCEL_METHODS.includes(method)) {
        this.#cancel(batch, index, method);
        return;
      }
      if (PROGRESS_METHODS.includes(method)) {
        this.#progress(batch, index);
        return;
      }
    }
    switch (server.notifications.get(method ?? '') ?? 'all') {
      case 'all':
        for (const session of this.#greeted()) this.#send(session, batch, index);
        break;
      case 'oldest':
        for (const session of this.#greeted()) {
          this.#send(session, batch, index);
          break;
        }
        break;
      case 'none':
    }
  }

  /** The server does not want an answer any more. */
  #cancel(batch: Batch, index: number, method: string): void {
    const found = this.#server.requests.find(batch.part(index, SPAN_A_START));
    if (found === null) {
      this.#server.dropped('a cancel of what the server has not asked');
      return;
    }
    // MCP: there will be no answer, or one that is ignored. LSP's cancelled requests have one.
    if (method === MCP_CANCELLED) this.#server.requests.delete(found.givenId);
    const edit = { ...batch.span(index, SPAN_A_START), bytes: Buffer.from(String(found.givenId)) };
    this.#sendOwn(found.client, batch, splice(batch.input(index), [edit]));
  }

  /** Progress goes to the owner of the token only, with the token that it gave. */
  #progress(batch: Batch, index: number): void {
    const { table } = this.#server;
    const token = batch.part(index, SPAN_A_START);
    const given = requestOfToken(Buffer.from(token).toString('latin1'));
    if (given !== null) {
      const owner = table.ownerOf(given.id, this.#server);
      const extra = table.extraOf(given.id);
      const original = given.isPartial ? extra?.tokenB : extra?.tokenA;
      if (owner instanceof MultiplexSession && original !== undefined) {
        const edit = { ...batch.span(index, SPAN_A_START), bytes: original };
        this.#sendOwn(owner, batch, splice(batch.input(index), [edit]));
      } else this.#server.dropped(NOBODYS_PROGRESS);
      return;
    }
    const { tokens } = this.#server;
    const own = progressToken(token);
    const session = own === undefined ? null : tokens.ownerOf(own);
    if (own === undefined || session === null) {
      this.#server.dropped(NOBODYS_PROGRESS);
      return;
    }
    this.#send(session, batch, index);
    const text = batch.part(index, PARAMS_START);
    if (text.length > MAX_PARSED_BYTES) return;
    const params = jsonValue(text) as { value?: { kind?: unknown } | null };
    if (params.value?.kind === 'end') tokens.delete(own);
  }

  /**
   * LSP: the token that the server makes, asking one client to show its progress; mostly there is
   * none.
   */
  #serverToken(batch: Batch, index: number): ProgressToken | undefined {
    if (this.#methods.find(batch, index) !== PROGRESS_CREATE) return undefined;
    return tokenOfParams(batch.part(index, PARAMS_START));
  }

  /**
   * Sends the worker's output of a frame, together with what else the batch has for the session.
   */
  #send(session: MultiplexSession, batch: Batch, index: number): void {
    if (session.outlet.add(batch, index)) this.#dirty.push(session);
  }

  /** The same for a message that is not as the worker wrote it. */
  #sendOwn(session: MultiplexSession, batch: Batch, message: Uint8Array): void {
    if (session.outlet.addOwn(batch, message)) this.#dirty.push(session);
  }

  /** Clients that the server may speak to: with a handshake, those that have had its result. */
  *#greeted(): Generator<MultiplexSession> {
    const all = !this.#server.handshake.happened;
    for (const session of this.#server.sessions) if (all || session.greeted) yield session;
  }

  #kept(batch: Batch, index: number): KeptReply {
    return { bytes: new Uint8Array(batch.input(index)), id: batch.span(index, ID_START) };
  }
}

/**
 * The integer that the id of a reply is, however the server spells it (`7.0`); 0 for none that we
 * can have given.
 */
function givenId(batch: Batch, index: number): number {
  const id = idKey(frameId(batch, index));
  return Number.isInteger(id) && (id as number) > 0 && (id as number) <= MAX_GIVEN_ID
    ? (id as number)
    : 0;
}
