import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { messageOf, SluiceError } from '../errors.js';
import { fileErrorReason } from '../file-error-reason.js';

/** A certificate and its key, in PEM. */
export interface TlsFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/**
 * uWebSockets.js does not say what is wrong with them. @throws SluiceError SLUICE_ERR_TLS, which
 * does
 */
export function checkTlsFiles(files: TlsFiles): void {
  const { certFile, keyFile } = files;
  const read = (file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch (error) {
      throw tlsError(files, `cannot read ${file}: ${fileErrorReason(error)}`, error);
    }
  };
  const certPem = read(certFile);
  const keyPem = read(keyFile);
  const certificate = parsed(files, certFile, 'certificate', certPem, (pem) => {
    return new X509Certificate(pem);
  });
  if (keyPem.includes('ENCRYPTED')) {
    throw tlsError(files, `${keyFile} has a passphrase; give the key without one`);
  }
  const key = parsed(files, keyFile, 'private key', keyPem, (pem) => createPrivateKey(pem));
  if (!certificate.checkPrivateKey(key)) throw tlsError(files, 'the key is of another certificate');
  // The other certificates of a chain.
  parsed(files, certFile, 'chain of certificates', certPem, (cert) => {
    return createSecureContext({ cert, key: keyPem });
  });
}

/** The pair cannot be used, and why. */
export function tlsError(
  { certFile, keyFile }: TlsFiles,
  why: string,
  cause?: unknown,
): SluiceError {
  return new SluiceError(
    'SLUICE_ERR_TLS',
    `cannot use the certificate ${certFile} with the key ${keyFile}: ${why}; both must be PEM files that belong together`,
    { cause },
  );
}

function parsed<T>(
  files: TlsFiles,
  file: string,
  what: string,
  pem: Buffer,
  parse: (pem: Buffer) => T,
): T {
  if (!pem.includes('-----BEGIN ')) throw tlsError(files, `${file} is no PEM file`);
  try {
    return parse(pem);
  } catch (error) {
    throw tlsError(files, `${file} is no ${what} (${messageOf(error)})`, error);
  }
}
