import { readFileSync } from 'node:fs';
import os from 'node:os';
import type { RunResult } from '../run-result.js';

/** What a figure depends on beside the server: belongs into every saved result. */
export function machineFacts(): RunResult['machine'] {
  const cpus = os.cpus();
  return {
    cpuModel: cpus[0]?.model.trim() ?? 'unknown',
    cpuCount: cpus.length,
    memoryBytes: os.totalmem(),
    platform: `${process.platform} ${process.arch}`,
    release: os.release(),
  };
}

export function versions(): RunResult['versions'] {
  const file = new URL('../../../../package.json', import.meta.url);
  const { version } = JSON.parse(readFileSync(file, 'utf8')) as { version: string };
  return { sluice: version, node: process.version };
}
