import { isIP } from 'node:net';
import type { ListenAddress, UpstreamTarget } from '../config/serve-config.js';
import { usageError } from '../errors.js';
import { parseListenUrl } from '../options/listen-url.js';
import { subprotocol } from '../options/subprotocol.js';

/** The value of `--listen`. @throws SluiceError SLUICE_ERR_USAGE */
export function listenAddress(text: string): ListenAddress {
  if (text === 'stdio' || text === 'stdio://') return { kind: 'stdio' };
  const address = parseListenUrl(text, '--listen');
  if (address === null) {
    throw usageError(
      `--listen takes ws://IP:PORT, wss://IP:PORT or stdio://; "${text}" is none of these${listenHint(text)}`,
    );
  }
  // A name may stand for several addresses, or for one that others reach.
  if (isIP(address.host) === 0 && address.host.toLowerCase() !== 'localhost') {
    throw usageError(
      `--listen takes an IP address of this machine, or localhost; "${address.host}" is neither`,
    );
  }
  return address;
}

function listenHint(text: string): string {
  if (/^\d+$/.test(text)) return `; did you mean ws://127.0.0.1:${text}?`;
  if (/^[\w.-]+:\d+$/.test(text)) return `; did you mean ws://${text}?`;
  const rest = text.replace(/^[a-z]+:\/\//i, '');
  if (/^https?:/i.test(text)) return `; did you mean ws://${rest}?`;
  if (/^wss?:/i.test(text) && !/^wss?:/.test(text)) return '; write the scheme in lower case';
  if (/^\[[\da-f:]+\]:\d+$/i.test(text)) return `; did you mean ws://${text}?`;
  if (/^[\da-f:]*:[\da-f:]*:\d+$/i.test(rest)) return ': an IPv6 address stands in brackets';
  if (rest.startsWith(':')) return ': the address is missing, 127.0.0.1 for one';
  if (/^wss?:\/\/[^/]+:\d+\/.+$/.test(text)) return ': it has no path, all are served';
  if (/^wss?:\/\/[\w.-]+\/?$/.test(text)) return ': the port is missing (0 for any that is free)';
  const port = /^wss?:\/\/(?:\[[^\]]+\]|[^/:@]+):([^/:@]+)\/?$/.exec(text)?.[1];
  return port === undefined ? '' : `: the port "${port}" is no number`;
}

/**
 * What `--upstream`, `--subprotocol` and the command after `--` say together.
 * @throws SluiceError SLUICE_ERR_USAGE
 */
export function upstreamTarget(
  url: string | null,
  protocol: string | null,
  command: readonly string[],
): UpstreamTarget {
  const [program, ...args] = command;
  if (program !== undefined && url !== null) {
    throw usageError('--upstream and a command after -- cannot both be given; leave one out');
  }
  if (program === '') throw usageError('a command is missing after --');
  if (program !== undefined) return { kind: 'command', command: program, args };
  if (url === null || url === 'echo:') return { kind: 'echo' };
  if (/^wss?:\/\/.+/.test(url) && URL.canParse(url)) {
    const { hash } = new URL(url);
    if (hash !== '') throw usageError(`--upstream: leave out "${hash}", a server never sees it`);
    return {
      kind: 'websocket',
      url,
      subprotocol: protocol === null ? null : subprotocol(protocol),
    };
  }
  throw usageError(
    `--upstream takes echo:, ws://... or wss://...; "${url}" is none of these${upstreamHint(url)}`,
  );
}

function upstreamHint(text: string): string {
  if (/^echo\b/i.test(text)) return '; did you mean echo:?';
  if (/^\d+$/.test(text)) return `; did you mean ws://127.0.0.1:${text}?`;
  if (/^https?:/i.test(text)) {
    return `; did you mean ${text.replace(/^http/i, 'ws')}? MCP over HTTP is not supported`;
  }
  if (/^wss?:/i.test(text) && !/^wss?:/.test(text)) return '; write the scheme in lower case';
  if (/^(?:[\w.-]+|\[[\da-f:]+\]):\d+(?:\/.*)?$/i.test(text)) return `; did you mean ws://${text}?`;
  return '';
}
