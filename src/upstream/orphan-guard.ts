import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { GUARD_GRACE_SECONDS, GUARD_RESTART_MS, GUARD_TERM_SECONDS } from '../limits.js';
import type { Logger } from '../log.js';

/**
 * The guard's program, for sh. It has the groups of its start as arguments, so that it knows them
 * even if the gateway is killed at that moment, and reads `+PGID` and `-PGID` lines; at the end of
 * its input, which is the end of the gateway however it came, it ends the groups that are left:
 * they have seen the end of their input too and get 2 s, then SIGTERM, then SIGKILL.
 */
const GUARD_PROGRAM = `
trap '' HUP INT TERM
groups=" $* "
while read -r line; do
  case $line in
    +*) groups="$groups\${line#+} " ;;
    -*)
      pgid=\${line#-}
      case $groups in *" $pgid "*) groups="\${groups%% $pgid *} \${groups#* $pgid }" ;; esac ;;
  esac
done
[ -n "\${groups# }" ] || exit 0
sleep ${GUARD_GRACE_SECONDS}
for pgid in $groups; do kill -TERM -"$pgid" 2>/dev/null; done
sleep ${GUARD_TERM_SECONDS}
for pgid in $groups; do kill -KILL -"$pgid" 2>/dev/null; done
`;

/** What a list of processes shows. */
const GUARD_NAME = 'sluice-guard';

/**
 * Ends our child processes when the gateway itself is killed with SIGKILL and cannot:
 * a small process of its own that waits for the end of the pipe between us.
 */
export class OrphanGuard {
  readonly #log: Logger;
  readonly #groups = new Set<number>();
  #process: ChildProcess | null = null;
  #restartTimer: NodeJS.Timeout | null = null;

  constructor(log: Logger) {
    this.#log = log;
  }

  /** A process group that must not outlive the gateway. */
  watch(pgid: number): void {
    this.#groups.add(pgid);
    if (this.#process === null) this.#start();
    else this.#process.stdin?.write(`+${pgid}\n`);
  }

  /** The group is gone: its number may mean somebody else from now on. */
  forget(pgid: number): void {
    this.#groups.delete(pgid);
    this.#process?.stdin?.write(`-${pgid}\n`);
  }

  /** Ends the guard; it does what it is for to groups that are still watched. */
  close(): void {
    this.#groups.clear();
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    this.#process?.stdin?.end();
    this.#process = null;
  }

  #start(): void {
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    this.#restartTimer = null;
    const guard = this.#spawn();
    this.#process = guard;
    const ended = (): void => {
      if (this.#process !== guard) return;
      this.#process = null;
      if (this.#groups.size === 0) return;
      this.#log.warn('the guard of the server processes has ended and is started again');
      this.#restartTimer = setTimeout(() => this.#start(), GUARD_RESTART_MS).unref();
    };
    guard.once('exit', ended);
    // One that has not even started does not exit.
    guard.once('error', () => {
      if (guard.pid === undefined) ended();
    });
  }

  #spawn(): ChildProcess {
    // Its own session: a Ctrl-C at the terminal is for the gateway, not for the guard.
    const guard = spawn(
      '/bin/sh',
      ['-c', GUARD_PROGRAM, GUARD_NAME, ...[...this.#groups].map(String)],
      {
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
        env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
      },
    );
    guard.unref();
    // Without a guard children still see the end of their input.
    guard.on('error', (error) => this.#log.warn({ err: error }, 'server processes have no guard'));
    // Undefined where there was no descriptor for it.
    (guard.stdin as Writable | undefined)?.on('error', () => undefined);
    return guard;
  }
}
