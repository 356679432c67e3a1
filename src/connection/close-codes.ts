/** Close codes of RFC 6455 section 7.4.1 that a connection itself uses. */
export const CLOSE_NORMAL = 1000;
/** The other side sent what is no message. */
export const CLOSE_MALFORMED = 1007;
/** We could not go on. */
export const CLOSE_INTERNAL_ERROR = 1011;
/** Never sent: the connection ended without a close frame. */
export const CLOSED_WITHOUT_FRAME = 1006;
