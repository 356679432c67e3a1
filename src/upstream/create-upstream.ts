import { loadNativeAddon } from '../../workers/kernel/native-addon.js';
import type { ServeConfig } from '../config/serve-config.js';
import { findProgram } from '../program.js';
import { childEnvironment } from './child-environment.js';
import { type ChildCommand, ChildUpstream } from './child-upstream.js';
import type { OrphanGuard } from './orphan-guard.js';
import type { UpstreamFactory } from './upstream.js';
import { WakeupPreemption } from './wakeup-preemption.js';
import { WebSocketUpstream } from './websocket-upstream.js';

/**
 * What starts a server as the configuration says; null for the built-in echo.
 * @throws SluiceError SLUICE_ERR_PROGRAM when the command's program is missing
 */
export function createUpstreamFactory(
  config: ServeConfig,
  guard: OrphanGuard,
): UpstreamFactory | null {
  const { upstream, maxPayloadBytes } = config;
  if (upstream.kind === 'echo') return null;
  if (upstream.kind === 'websocket') {
    return (events) => new WebSocketUpstream(upstream, maxPayloadBytes, events);
  }
  const env = childEnvironment(config.env, config.inheritEnv);
  const command: ChildCommand = {
    program: findProgram(upstream.command, env.PATH ?? '/usr/bin:/bin', config.cwd),
    args: upstream.args,
    cwd: config.cwd,
    env,
    framing: config.framing,
    maxPayloadBytes,
    ...(config.mode === 'session' ? ownProcess(config) : USUAL_PROCESS),
  };
  return (events, log) => new ChildUpstream(command, events, guard, log);
}

/**
 * What node gives: sockets, and the usual policy of the scheduler. For a process that all clients
 * share there is no better.
 */
const USUAL_PROCESS = { pipes: null, wakeups: null };

/** For a process of one client: what the addon gives, where it is to be had and wanted. */
function ownProcess({ kernel }: ServeConfig): Pick<ChildCommand, 'pipes' | 'wakeups'> {
  if (kernel === 'portable' || process.platform === 'win32') return USUAL_PROCESS;
  try {
    const addon = loadNativeAddon();
    return { pipes: addon, wakeups: new WakeupPreemption(addon.setWakeupPreemption) };
  } catch {
    // The log says why at the choice of the kernel.
    return USUAL_PROCESS;
  }
}
