import { PRESETS } from '../payload/presets.js';
import type { Target, WebSocketTarget } from '../transport/target.js';
import { choice, type FlagValues, readText } from './flag-values.js';
import { UsageError } from './usage-error.js';
import { readPresetName } from './workload-options.js';

/** Bytes that may stand in a header's name (RFC 9110 section 5.6.2) and value. */
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const WEBSOCKET_FLAGS = [
  'header',
  'token-file',
  'subprotocol',
  'insecure',
  'slow-readers',
  'churn',
  'big-messages',
];

/** The target: a URL, or the command after `--`. */
export function readTarget(flags: FlagValues): Target {
  const { url, command } = flags;
  if (command.length > 0) {
    if (url !== null) throw new UsageError(`either ${url} or the command after --, not both`);
    for (const flag of WEBSOCKET_FLAGS) {
      if (flags.has(flag)) throw new UsageError(`--${flag} is for a URL, not for a command`);
    }
    const preset = readPresetName(flags);
    const usual = preset === null ? 'ndjson' : PRESETS[preset].framing;
    const framings = ['ndjson', 'content-length'] as const;
    return {
      kind: 'process',
      command,
      framing: choice(flags.one('framing') ?? usual, '--framing', framings),
    };
  }
  if (url === null) {
    throw new UsageError('what is to be measured? sluice bench ws://HOST:PORT, or -- COMMAND');
  }
  if (flags.has('framing')) throw new UsageError('--framing is for a command, not for a URL');
  return webSocketTarget(url, flags);
}

/** The second target of --vs, reached as the first one is. */
export function readVersusTarget(flags: FlagValues, target: Target): Target | null {
  const url = flags.one('vs');
  if (url === null) return null;
  return target.kind === 'websocket'
    ? { ...target, url: checkUrl(url, '--vs') }
    : webSocketTarget(url, flags);
}

function webSocketTarget(url: string, flags: FlagValues): WebSocketTarget {
  const preset = readPresetName(flags);
  const own = flags.all('subprotocol');
  for (const name of own) {
    if (!TOKEN.test(name)) throw new UsageError(`--subprotocol: "${name}" is not one name`);
  }
  const usual = preset === null ? [] : PRESETS[preset].subprotocols;
  return {
    kind: 'websocket',
    url: checkUrl(url, 'the target'),
    headers: readHeaders(flags),
    subprotocols: own.length > 0 ? own : usual,
    isInsecure: flags.has('insecure'),
  };
}

function checkUrl(text: string, what: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['ws:', 'wss:'].includes(url.protocol) || url.hostname === '') {
    const hint = /^[\w.-]+:\d+/.test(text) ? `; did you mean ws://${text}?` : '';
    throw new UsageError(`${what} must be a ws:// or wss:// URL, not "${text}"${hint}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(`${what}: credentials go into --token-file or --header, not into the URL`);
  }
  return text;
}

function readHeaders(flags: FlagValues): readonly (readonly [string, string])[] {
  const headers = flags.all('header').map((line): readonly [string, string] => {
    const match = HEADER.exec(line);
    if (match === null) throw new UsageError(`--header needs 'Name: value', not "${line}"`);
    return [match[1]!, match[2]!.trim()];
  });
  const tokenFile = flags.one('token-file');
  if (tokenFile === null) return headers;
  if (headers.some(([name]) => name.toLowerCase() === 'authorization')) {
    throw new UsageError('--token-file and --header Authorization do not go together');
  }
  const token = readText(tokenFile, '--token-file').trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new UsageError(`--token-file: ${tokenFile} does not hold one token`);
  }
  return [...headers, ['Authorization', `Bearer ${token}`]];
}
