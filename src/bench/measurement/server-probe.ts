import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { nowUs } from './load-clock.js';

/** Memory and processor time of the server under test, over the time since the last sample. */
export interface ServerSample {
  readonly memoryBytes: number | null;
  /** Share of one core; a server on several can use more than 1. */
  readonly cpuShare: number | null;
}

const UNKNOWN_SAMPLE: ServerSample = { memoryBytes: null, cpuShare: null };

/** USER_HZ of every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
/** State of a listening socket in /proc/net/tcp. */
const LISTEN = '0A';
const LOOPBACK = ['127.0.0.1', 'localhost', '::1'];

/**
 * Watches processes, and what they have started, through /proc; knows nothing (null)
 * where there is none.
 */
export class ServerProbe {
  readonly #pids: readonly number[];
  #lastCpuS: number | null;
  #lastAtUs = nowUs();

  constructor(pids: readonly number[]) {
    this.#pids = pids;
    this.#lastCpuS = this.#cpuSeconds();
  }

  /** The processes that listen where a local URL points; none where it is not this machine. */
  static pidsOfUrl(url: string): readonly number[] {
    const { hostname, port, protocol } = new URL(url);
    if (!LOOPBACK.includes(hostname.replace(/^\[|\]$/g, ''))) return [];
    const inodes = listeningInodes(Number(port === '' ? (protocol === 'wss:' ? 443 : 80) : port));
    return inodes.size === 0 ? [] : pidsWithSockets(inodes);
  }

  sample(): ServerSample {
    if (this.#pids.length === 0) return UNKNOWN_SAMPLE;
    const atUs = nowUs();
    const cpuS = this.#cpuSeconds();
    const elapsedS = (atUs - this.#lastAtUs) / 1e6;
    const share =
      cpuS === null || this.#lastCpuS === null || elapsedS <= 0
        ? null
        : Math.max(0, (cpuS - this.#lastCpuS) / elapsedS);
    this.#lastCpuS = cpuS;
    this.#lastAtUs = atUs;
    return { memoryBytes: this.#memoryBytes(), cpuShare: share };
  }

  #cpuSeconds(): number | null {
    return this.#sum((pid) => {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      // The command in parentheses may hold anything; utime and stime are the 12th and 13th after
      // it.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    });
  }

  #memoryBytes(): number | null {
    return this.#sum((pid) => {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
    });
  }

  /** Over the processes that still live; null where none does. */
  #sum(read: (pid: number) => number): number | null {
    let total: number | null = null;
    for (const pid of withDescendants(this.#pids)) {
      const value = orNull(() => read(pid));
      if (value !== null) total = (total ?? 0) + value;
    }
    return total;
  }
}

/** A server is often started by a wrapper, and a gateway's work is partly its servers'. */
function withDescendants(pids: readonly number[]): ReadonlySet<number> {
  const all = new Set(pids);
  // A set goes on to what is added to it while it is walked.
  for (const pid of all) {
    for (const task of orNull(() => readdirSync(`/proc/${pid}/task`)) ?? []) {
      const children = orNull(() => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8'));
      for (const child of (children ?? '').split(' ')) if (child !== '') all.add(Number(child));
    }
  }
  return all;
}

function listeningInodes(port: number): ReadonlySet<string> {
  const inodes = new Set<string>();
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  for (const file of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of (orNull(() => readFileSync(file, 'utf8')) ?? '').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(`:${hexPort}`) && fields[3] === LISTEN) inodes.add(fields[9]!);
    }
  }
  return inodes;
}

function pidsWithSockets(inodes: ReadonlySet<string>): readonly number[] {
  const pids = (orNull(() => readdirSync('/proc')) ?? []).filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) =>
    (orNull(() => readdirSync(`/proc/${pid}/fd`)) ?? []).some((fd) => {
      const link = orNull(() => readlinkSync(`/proc/${pid}/fd/${fd}`));
      return link?.startsWith('socket:[') === true && inodes.has(link.slice(8, -1));
    }),
  );
}

/** A process may be gone or another user's at any of these reads: then there is nothing to tell. */
function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
