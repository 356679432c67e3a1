/** How often a group that was asked to end is looked at. */
const POLL_MS = 20;

/** Sends a signal to a whole process group; false when it has no process left. */
export function signalGroup(pgid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-pgid, signal);
    return true;
  } catch {
    // ESRCH: nobody there. EPERM: not ours any more, so nothing of ours is left.
    return false;
  }
}

/**
 * Ends a process group: waits `graceMs` for it to end by itself, asks with SIGTERM, waits `graceMs`
 * again, ends it with SIGKILL. Settles when it has no process left. `onSignal`: it has not ended by
 * itself.
 */
export async function endGroup(
  pgid: number,
  graceMs: number,
  onSignal?: () => void,
): Promise<void> {
  if (await groupGone(pgid, graceMs)) return;
  onSignal?.();
  signalGroup(pgid, 'SIGTERM');
  if (await groupGone(pgid, graceMs)) return;
  signalGroup(pgid, 'SIGKILL');
  await groupGone(pgid, graceMs);
}

function groupGone(pgid: number, withinMs: number): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  return new Promise((resolve) => {
    const look = (): void => {
      if (!signalGroup(pgid, 0)) resolve(true);
      else if (performance.now() >= deadline) resolve(false);
      else setTimeout(look, POLL_MS);
    };
    look();
  });
}
