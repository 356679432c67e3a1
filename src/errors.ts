/**
 * What the operator can do something about: bad options, a missing program, a port in
 * use. `code` is stable; the message is one sentence that says what to do.
 * docs/errors.md lists every code, and a test holds that list complete.
 */
export const OPERATOR_ERROR_CODES = [
  'SLUICE_ERR_USAGE',
  'SLUICE_ERR_LISTEN',
  'SLUICE_ERR_TLS',
  'SLUICE_ERR_UWEBSOCKETS',
  'SLUICE_ERR_PROGRAM',
  'SLUICE_ERR_WORKER_POOL',
  'SLUICE_ERR_KERNEL',
  'SLUICE_ERR_DISCONNECTED',
  'SLUICE_ERR_SERIALIZE',
  'SLUICE_ERR_RUN_FILE',
  'SLUICE_ERR_REPORT_UNWRITABLE',
] as const;

export type OperatorErrorCode = (typeof OPERATOR_ERROR_CODES)[number];

export class SluiceError extends Error {
  readonly code: OperatorErrorCode;

  constructor(code: OperatorErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SluiceError';
    this.code = code;
  }
}

/**
 * What was asked for, on the command line or in a file that it names, cannot be done: exit code 2.
 */
export function usageError(message: string): SluiceError {
  return new SluiceError('SLUICE_ERR_USAGE', message);
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
