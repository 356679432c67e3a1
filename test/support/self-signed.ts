import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { temporaryFolder } from './temporary-folder.js';

export interface SelfSigned {
  readonly certFile: string;
  readonly keyFile: string;
  /** The certificate, for a client to trust. */
  readonly certificate: string;
}

/** A certificate for 127.0.0.1 and its key, made with openssl and removed with the test. */
export function selfSigned(t: TestContext): SelfSigned {
  const folder = temporaryFolder(t);
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-days', '1', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'],
      ...['-keyout', keyFile, '-out', certFile],
    ],
    { stdio: 'ignore' },
  );
  return { certFile, keyFile, certificate: readFileSync(certFile, 'utf8') };
}
