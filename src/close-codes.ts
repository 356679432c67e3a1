/**
 * Close codes of a WebSocket (RFC 6455 section 7.4.1, and the IANA registry for 1013);
 * docs/errors.md says when.
 */
export const CLOSE_NORMAL = 1000;
export const CLOSE_GOING_AWAY = 1001;
/** Never sent: the connection ended without a close frame. */
export const CLOSED_WITHOUT_FRAME = 1006;
/** How the end of such a connection is called. */
export const RESET_WITHOUT_CLOSE = 'connection reset without closing handshake';
export const CLOSE_MALFORMED = 1007;
export const CLOSE_TOO_BIG = 1009;
/** The client's server is gone, or this side could not go on. */
export const CLOSE_INTERNAL_ERROR = 1011;
export const CLOSE_TRY_AGAIN_LATER = 1013;

/** Whether a close frame may carry the code (RFC 6455 section 7.4, IANA's registry). */
export function isSendableCode(code: number): boolean {
  const isDefined = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
  return Number.isInteger(code) && (isDefined || (code >= 3000 && code <= 4999));
}

/** Whether this is how connections end that nothing has broken. */
export function isRegularEnd(code: number): boolean {
  return code === CLOSE_NORMAL || code === CLOSE_GOING_AWAY;
}
