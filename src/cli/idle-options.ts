import type { ServeConfig } from '../config/serve-config.js';
import type { OptionSpec } from '../options/arguments.js';

interface Need {
  /** How it reads behind "without". */
  readonly what: string;
  readonly isMet: (config: ServeConfig) => boolean;
}

/** What some options work on. */
const NEEDS = {
  command: {
    what: 'a command after --',
    isMet: ({ upstream }) => upstream.kind === 'command',
  },
  upstream: {
    what: '--upstream ws:// or wss://',
    isMet: ({ upstream }) => upstream.kind === 'websocket',
  },
  shared: { what: '--mode shared or pool', isMet: ({ mode }) => mode !== 'session' },
  pool: { what: '--mode pool', isMet: ({ mode }) => mode === 'pool' },
  stdio: {
    what: '--listen stdio://',
    isMet: ({ listen }) => listen.some(({ kind }) => kind === 'stdio'),
  },
  websocket: {
    what: '--listen ws:// or wss://',
    isMet: ({ listen }) => listen.some(({ kind }) => kind !== 'stdio'),
  },
  tls: {
    what: '--listen wss://',
    isMet: ({ listen }) => listen.some(({ kind }) => kind === 'wss'),
  },
} as const satisfies Readonly<Record<string, Need>>;

/** An option of `serve`, and what it does nothing without. */
export interface ServeOptionSpec extends OptionSpec {
  readonly needs?: keyof typeof NEEDS;
}

/** A sentence for each of the options that has nothing to work on. */
export function idleOptions(
  given: Iterable<string>,
  specs: Readonly<Record<string, ServeOptionSpec>>,
  config: ServeConfig,
): string[] {
  return [...given].flatMap((name) => {
    const needs = specs[name]?.needs;
    if (needs === undefined || NEEDS[needs].isMet(config)) return [];
    return [`--${name} does nothing without ${NEEDS[needs].what}`];
  });
}
