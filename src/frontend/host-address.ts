import { isIP } from 'node:net';

/** An IPv4 address in IPv6 (RFC 4291 section 2.5.5.2), as URL writes it. */
const MAPPED_IPV4 = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/;

/**
 * A host's name or IP address in the one spelling in which it is compared: in small letters, IPv6
 * as RFC 5952 writes it, without a zone, and as IPv4 where it stands for that.
 */
export function canonicalHost(host: string): string {
  const name = host.toLowerCase();
  if (isIP(name) !== 6) return name;
  const address = new URL(`http://[${name.replace(/%.*$/, '')}]`).hostname.slice(1, -1);
  const [, high, low] = MAPPED_IPV4.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 0xff, b >> 8, b & 0xff].join('.');
}

/**
 * Whether only this machine reaches it: all of 127.0.0.0/8 is (RFC 1122 section 3.2.1.3). `host` is
 * canonical.
 */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
