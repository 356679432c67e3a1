import { createServer } from 'node:net';
import { SluiceError } from '../errors.js';
import { hostAndPort } from '../options/listen-url.js';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; choose another one, or port 0 for any that is free',
  EADDRNOTAVAIL: 'the address is not one of this machine; 0.0.0.0 stands for all that are',
  EACCES: 'the port needs privileges; choose one above 1023',
  EPERM: 'the port needs privileges; choose one above 1023',
  ENOTFOUND: 'there is no such host; give an address of this machine',
};

/** uWebSockets.js cannot listen there, and does not say why: node's own attempt does. */
export async function listenError(host: string, port: number): Promise<SluiceError> {
  const { code = '', message } = await attempt(host, port);
  const why = REASONS[code] ?? message;
  return new SluiceError(
    'SLUICE_ERR_LISTEN',
    `cannot listen on ${hostAndPort(host, port)}: ${why}`,
  );
}

function attempt(host: string, port: number): Promise<NodeJS.ErrnoException> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port, exclusive: true }, () => {
      server.close(() => resolve(new Error('try again: the port has become free')));
    });
  });
}
