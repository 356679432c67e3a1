import { networkInterfaces } from 'node:os';

export interface AccessPolicyOptions {
  /** The address that is listened on, as given. */
  readonly listenHost: string;
  /** Origins that may connect, such as `https://app.example`; `*` allows all. */
  readonly allowedOrigins: readonly string[];
  /** Host names that may be asked for, besides our own addresses; `*` allows all. */
  readonly allowedHosts: readonly string[];
}

/**
 * Who may connect. A web page can reach a server on loopback: its browser sends an
 * `Origin`, and with DNS rebinding a foreign `Host`. So an Origin has to be allowed by name, and
 * the Host has to be an address of ours.
 */
export class AccessPolicy {
  readonly #origins: ReadonlySet<string>;
  readonly #hosts: ReadonlySet<string>;

  constructor(options: AccessPolicyOptions) {
    this.#origins = new Set(options.allowedOrigins.map((origin) => origin.toLowerCase()));
    this.#hosts = new Set([
      ...options.allowedHosts.map((host) => host.toLowerCase()),
      ...ownHosts(options.listenHost),
    ]);
  }

  /** Why a request with these headers is refused (empty where it has none); null when it may pass. */
  refusal(origin: string, host: string): string | null {
    if (origin !== '' && !this.#origins.has('*') && !this.#origins.has(origin.toLowerCase())) {
      return `the origin ${printable(origin)} is not allowed; start with --allow-origin to allow it`;
    }
    if (!this.#hosts.has('*') && !this.#isOurs(hostName(host))) {
      return `the host ${printable(host)} is not an address of this gateway; start with --allow-host to allow it`;
    }
    return null;
  }

  #isOurs(host: string): boolean {
    return this.#hosts.has(host) || LOOPBACK.test(host);
  }
}

/** All of 127.0.0.0/8 is this machine (RFC 1122 section 3.2.1.3). */
const LOOPBACK = /^127(?:\.\d{1,3}){3}$/;

/** The host of a Host header: without the port, and without the brackets of IPv6. */
function hostName(header: string): string {
  const lower = header.toLowerCase();
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(lower);
  return bracketed?.[1] ?? lower.replace(/:\d*$/, '');
}

function ownHosts(listenHost: string): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const isAny = listenHost === '0.0.0.0' || listenHost === '::';
  return [
    'localhost',
    '::1',
    listenHost.toLowerCase(),
    ...(isAny ? addresses.map(({ address }) => address.toLowerCase()) : []),
  ];
}

/** A header for a message: without what could confuse a log or a terminal. */
function printable(header: string): string {
  return JSON.stringify(header.slice(0, 200));
}
