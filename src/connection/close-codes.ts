/** Close codes of a connection beside those of src/session/client.ts (RFC 6455 section 7.4.1). */
/** We could not go on. */
export const CLOSE_INTERNAL_ERROR = 1011;
/** Never sent: the connection ended without a close frame. */
export const CLOSED_WITHOUT_FRAME = 1006;
