import type { Dialect, HandshakeStep, ServerAnswers } from './message-spec.js';

/** What a kind of server needs before it answers, and a request that each of the kind knows. */
export interface Preset {
  readonly dialect: Dialect;
  readonly subprotocols: readonly string[];
  /** Of a command's stdio. */
  readonly framing: 'ndjson' | 'content-length';
  readonly handshake: readonly HandshakeStep[];
  readonly method: string;
  readonly params?: unknown;
  readonly answers: ServerAnswers;
}

export type PresetName = 'mcp' | 'lsp' | 'codex';
export const PRESET_NAMES: readonly PresetName[] = ['mcp', 'lsp', 'codex'];

const CLIENT = { name: 'sluice-bench', version: '1' };

export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  /** Model Context Protocol, revision 2025-06-18: lifecycle and ping. */
  mcp: {
    dialect: '2.0',
    subprotocols: ['mcp'],
    framing: 'ndjson',
    handshake: [
      {
        method: 'initialize',
        params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: CLIENT },
        isNotification: false,
      },
      { method: 'notifications/initialized', isNotification: true },
    ],
    method: 'ping',
    answers: { ping: { result: {} }, 'roots/list': { result: { roots: [] } } },
  },
  /** Language Server Protocol 3.17. A server without a project still knows workspace/symbol. */
  lsp: {
    dialect: '2.0',
    subprotocols: [],
    framing: 'content-length',
    handshake: [
      {
        method: 'initialize',
        params: { processId: null, rootUri: null, capabilities: {}, clientInfo: CLIENT },
        isNotification: false,
      },
      { method: 'initialized', params: {}, isNotification: true },
    ],
    method: 'workspace/symbol',
    params: { query: '' },
    answers: {
      'workspace/configuration': { result: [null] },
      'client/registerCapability': { result: null },
      'client/unregisterCapability': { result: null },
      'window/workDoneProgress/create': { result: null },
      'window/showMessageRequest': { result: null },
      'workspace/workspaceFolders': { result: null },
      'workspace/applyEdit': { result: { applied: false } },
    },
  },
  /** codex exec-server: no "jsonrpc" member. */
  codex: {
    dialect: 'lite',
    subprotocols: [],
    framing: 'ndjson',
    handshake: [
      { method: 'initialize', params: { clientName: CLIENT.name }, isNotification: false },
      { method: 'initialized', params: {}, isNotification: true },
    ],
    method: 'environment/status',
    params: {},
    answers: {},
  },
};
