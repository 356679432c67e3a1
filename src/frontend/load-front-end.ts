import { messageOf, SluiceError } from '../errors.js';
import type { WebSocketFrontEnd } from './websocket-front-end.js';

/**
 * The WebSocket front end, loaded when it is needed: uWebSockets.js is a program for certain
 * versions of Node and of the system, and stdio clients do without.
 * @throws SluiceError SLUICE_ERR_UWEBSOCKETS
 */
export async function loadFrontEnd(): Promise<typeof WebSocketFrontEnd> {
  try {
    // By itself first: where a module fails that another one imports, Node 20 rejects twice, and
    // the second time nobody can catch it.
    await import('uWebSockets.js');
  } catch (error) {
    // Its message goes on for lines.
    const why = messageOf(error).split('\n', 1)[0]!.trim();
    throw new SluiceError(
      'SLUICE_ERR_UWEBSOCKETS',
      `uWebSockets.js cannot be used with Node ${process.versions.node} here: ${why} ` +
        'Node 20 runs everywhere; 22, 24 and 25 on Linux need glibc 2.38 or later; stdio clients need no uWebSockets.js.',
      { cause: error },
    );
  }
  return (await import('./websocket-front-end.js')).WebSocketFrontEnd;
}
