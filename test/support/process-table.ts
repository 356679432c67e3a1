import { readdirSync, readFileSync } from 'node:fs';
import type { Message } from './json-rpc-socket.js';

/** What /proc says about processes: the tests of what is left over run on Linux only. */

/** The process that an answer of test/fixtures/scripted-server.ts names. */
export function pidOf(answer: Message): number {
  return (answer.result as { pid: number }).pid;
}

/** True while the process exists and is no zombie. */
export function isAlive(pid: number): boolean {
  const state = statFields(pid)?.[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

/** Live processes whose parent is `pid`. */
export function childrenOf(pid: number): number[] {
  return processIds().filter((child) => isAlive(child) && statFields(child)?.[1] === String(pid));
}

/** Live processes whose command line contains `text`. */
export function processesNaming(text: string): number[] {
  return processIds().filter((pid) => isAlive(pid) && commandLine(pid).includes(text));
}

/** Resident memory. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

/** Open descriptors. */
export function descriptorCount(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Policies of Linux's scheduler, as schedulingPolicy() says them. */
export const SCHED_OTHER = 0;
export const SCHED_BATCH = 3;

/** Of a process's main thread. */
export function schedulingPolicy(pid: number): number {
  // Field 41 of proc(5); statFields() begins with field 3.
  return Number(statFields(pid)?.[38]);
}

/** TCP ports that somebody on this machine listens on (IPv4). */
export function listeningPorts(): number[] {
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , , state]) => state === '0A')
    .map(([, local]) => Number.parseInt(local!.split(':')[1]!, 16));
}

function processIds(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** State, parent and so on: what follows the name in /proc/PID/stat. */
function statFields(pid: number): string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
