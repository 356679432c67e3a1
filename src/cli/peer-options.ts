import type { ForeignOptions } from '../options/arguments.js';

type TextOf = Parameters<ForeignOptions[string]>[0];

/**
 * What other gateways and servers call what `sluice serve` has under another name, or in another
 * place.
 */
export const PEER_OPTIONS: ForeignOptions = {
  port: listen,
  p: listen,
  host: listen,
  address: listen,
  stdio: (textOf) => `a server's command goes after --: -- ${textOf('stdio') ?? 'COMMAND args...'}`,
  cors: (textOf) => allowOrigin(textOf('cors')),
  origin: (textOf) => allowOrigin(textOf('origin')),
  ssl: () => meant('--listen wss://IP:PORT with --tls-cert and --tls-key'),
  sslcert: () => meant('--tls-cert FILE'),
  sslkey: () => meant('--tls-key FILE'),
  passenv: () => meant('--env NAME'),
  'pass-environment': () => meant('--inherit-env'),
  debug: () => meant('--log-level debug'),
  verbose: () => meant('--log-level debug'),
  version,
  v: version,
  V: version,
};

function meant(options: string): string {
  return `did you mean ${options}?`;
}

/** Port and host are one option here. */
function listen(textOf: TextOf): string {
  const host = textOf('host') ?? textOf('address') ?? '127.0.0.1';
  const port = textOf('port') ?? textOf('p') ?? 'PORT';
  return meant(`--listen ws://${host.includes(':') ? `[${host}]` : host}:${port}`);
}

function allowOrigin(origin: string | null): string {
  return meant(`--allow-origin ${origin ?? 'ORIGIN (* allows all)'}`);
}

function version(): string {
  return 'sluice --version says the version';
}
