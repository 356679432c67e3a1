import { usageError } from '../../errors.js';
import { FRAMINGS } from '../../framing/splitter.js';
import { didYouMean } from '../../options/did-you-mean.js';
import { subprotocol } from '../../options/subprotocol.js';
import { oneOf } from '../../options/value-readers.js';
import { findProgram } from '../../program.js';
import { PRESETS } from '../payload/presets.js';
import { maskUrl, type Target, type WebSocketTarget } from '../transport/target.js';
import { readText } from './json-argument.js';
import type { BenchArguments, BenchOption } from './option-table.js';
import { readPresetName } from './workload-options.js';

/** Bytes that may stand in a header's name (RFC 9110 section 5.6.2) and value. */
const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;
const WEBSOCKET_OPTIONS = [
  'header',
  'token-file',
  'subprotocol',
  'insecure',
  'slow-readers',
  'churn',
  'big-messages',
] as const satisfies readonly BenchOption[];

/**
 * The target: a URL, or the command after `--`. @throws SluiceError SLUICE_ERR_USAGE,
 * SLUICE_ERR_PROGRAM
 */
export function readTarget(flags: BenchArguments): Target {
  const { command } = flags;
  const [url = null, extra] = flags.positionals;
  if (extra !== undefined) {
    const hint = url === null ? '' : otherCommand(url);
    throw usageError(`"${maskUrl(extra)}" is one argument too many${hint}`);
  }
  if (command.length > 0) {
    if (url !== null) throw usageError(`either ${maskUrl(url)} or the command after --, not both`);
    for (const flag of WEBSOCKET_OPTIONS) {
      if (flags.has(flag)) throw usageError(`--${flag} is for a URL, not for a command`);
    }
    findProgram(command[0]!, process.env.PATH ?? '/usr/bin:/bin', process.cwd());
    const preset = readPresetName(flags);
    const usual = preset === null ? 'ndjson' : PRESETS[preset].framing;
    return {
      kind: 'process',
      command,
      framing: flags.read('framing', oneOf(FRAMINGS)) ?? usual,
    };
  }
  if (url === null) {
    throw usageError('what is to be measured? sluice bench ws://HOST:PORT, or -- COMMAND');
  }
  if (flags.has('framing')) throw usageError('--framing is for a command, not for a URL');
  return webSocketTarget(url, flags);
}

/** The second target of --vs, reached as the first one is. */
export function readVersusTarget(flags: BenchArguments, target: Target): Target | null {
  const url = flags.one('vs');
  if (url === null) return null;
  return target.kind === 'websocket'
    ? { ...target, url: checkUrl(url, '--vs') }
    : webSocketTarget(url, flags);
}

function webSocketTarget(url: string, flags: BenchArguments): WebSocketTarget {
  const preset = readPresetName(flags);
  const own = flags.all('subprotocol').map(subprotocol);
  const usual = preset === null ? [] : PRESETS[preset].subprotocols;
  return {
    kind: 'websocket',
    url: checkUrl(url, 'the target'),
    headers: readHeaders(flags),
    subprotocols: own.length > 0 ? own : usual,
    isInsecure: readInsecure(url, flags),
  };
}

/** What takes part in TLS alone is for wss://. */
function readInsecure(url: string, flags: BenchArguments): boolean {
  const isInsecure = flags.has('insecure');
  const urls = [url, ...flags.all('vs')];
  if (isInsecure && !urls.some((each) => each.startsWith('wss:'))) {
    throw usageError('--insecure is for wss://, and the target is not');
  }
  return isInsecure;
}

function checkUrl(text: string, what: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['ws:', 'wss:'].includes(url.protocol) || url.hostname === '') {
    throw usageError(
      `${what} must be a ws:// or wss:// URL, not "${maskUrl(text)}"${urlHint(text)}`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw usageError(`${what}: credentials go into --token-file or --header, not into the URL`);
  }
  return text;
}

/** What was probably meant by a text that is no URL: an address, a port, or the other command. */
function urlHint(text: string): string {
  if (/^[\w.-]+:\d+/.test(text)) return `; did you mean ws://${maskUrl(text)}?`;
  if (/^\d{1,5}$/.test(text)) return `; did you mean ws://127.0.0.1:${text}?`;
  return otherCommand(text);
}

/** What a word that is no URL was probably meant for. */
function otherCommand(word: string): string {
  if (word.includes('://')) return '';
  const otherwise = "; a server's command goes after --";
  return didYouMean(word, ['compare'], { write: (name) => `sluice bench ${name}`, otherwise });
}

function readHeaders(flags: BenchArguments): readonly (readonly [string, string])[] {
  const headers = flags.all('header').map((line): readonly [string, string] => {
    const match = HEADER.exec(line);
    if (match === null) throw usageError(`--header needs 'Name: value', not "${line}"`);
    return [match[1]!, match[2]!.trim()];
  });
  const tokenFile = flags.one('token-file');
  if (tokenFile === null) return headers;
  if (headers.some(([name]) => name.toLowerCase() === 'authorization')) {
    throw usageError('--token-file and --header Authorization do not go together');
  }
  const token = readText(tokenFile, '--token-file').trim();
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw usageError(`--token-file: ${tokenFile} does not hold one token`);
  }
  return [...headers, ['Authorization', `Bearer ${token}`]];
}
