import { networkInterfaces } from 'node:os';
import { SHOWN_NOISE_BYTES } from '../limits.js';
import { canonicalHost, isLoopback } from './host-address.js';

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
      ...options.allowedHosts.map(canonicalHost),
      ...ownHosts(options.listenHost),
    ]);
  }

  /**
   * Why a request with these headers is refused (empty where it has none); null when it may pass.
   */
  refusal(origin: string, host: string): string | null {
    if (origin !== '' && !this.#origins.has('*') && !this.#origins.has(origin.toLowerCase())) {
      return `the origin ${printable(origin)} is not allowed; start with --allow-origin to allow it`;
    }
    if (!this.#hosts.has('*') && !this.#isOurs(canonicalHost(hostName(host)))) {
      return `the host ${printable(host)} is not an address of this gateway; start with --allow-host to allow it`;
    }
    return null;
  }

  #isOurs(host: string): boolean {
    return this.#hosts.has(host) || isLoopback(host);
  }
}

/** The host of a Host header: without the port, and without the brackets of IPv6. */
function hostName(header: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d*)?$/.exec(header);
  return bracketed?.[1] ?? header.replace(/:\d*$/, '');
}

function ownHosts(listenHost: string): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const host = canonicalHost(listenHost);
  const isAny = host === '0.0.0.0' || host === '::';
  return [host, ...(isAny ? addresses.map(({ address }) => canonicalHost(address)) : [])];
}

/** A header for a message: without what could confuse a log or a terminal. */
function printable(header: string): string {
  return JSON.stringify(header.slice(0, SHOWN_NOISE_BYTES));
}
