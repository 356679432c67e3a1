import { loadNativeAddon } from '../../workers/kernel/native-addon.js';
import type { ServeConfig } from '../config/serve-config.js';
import type { Logger } from '../log.js';
import type { Pipes } from './child-channel.js';
import { childEnvironment } from './child-environment.js';
import { type ChildCommand, ChildUpstream } from './child-upstream.js';
import type { OrphanGuard } from './orphan-guard.js';
import { findProgram } from './program.js';
import type { UpstreamFactory } from './upstream.js';
import { WebSocketUpstream } from './websocket-upstream.js';

/**
 * What starts a server as the configuration says; null for the built-in echo.
 * @throws SluiceError SLUICE_ERR_PROGRAM when the command's program is missing
 */
export function createUpstreamFactory(
  config: ServeConfig,
  guard: OrphanGuard,
  log: Logger,
): UpstreamFactory | null {
  const { upstream, maxPayloadBytes } = config;
  if (upstream.kind === 'echo') return null;
  if (upstream.kind === 'websocket') {
    return (events) => new WebSocketUpstream(upstream.url, maxPayloadBytes, events);
  }
  const env = childEnvironment(config.env, config.inheritEnv);
  const command: ChildCommand = {
    program: findProgram(upstream.command, env.PATH ?? '/usr/bin:/bin', config.cwd),
    args: upstream.args,
    cwd: config.cwd,
    env,
    framing: config.framing,
    maxPayloadBytes,
    pipes: config.mode === 'session' ? pipesOf(config) : null,
  };
  return (events) => new ChildUpstream(command, events, guard, log);
}

/** Null where the addon is not to be had, or not wanted. */
function pipesOf({ kernel }: ServeConfig): Pipes | null {
  if (kernel === 'portable' || process.platform === 'win32') return null;
  try {
    return loadNativeAddon();
  } catch {
    // The log says why at the choice of the kernel.
    return null;
  }
}
