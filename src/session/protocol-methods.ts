// Methods of MCP and LSP that mean something to the gateway.

export const INITIALIZE = 'initialize';
/** Notifications that end a handshake: MCP's, and that of language servers and codex. */
export const INITIALIZED_METHODS: readonly string[] = ['notifications/initialized', 'initialized'];

/** MCP, both ways: must be answered, to show that the sender is heard. */
export const PING = 'ping';

/** LSP: the client wants the server to get ready to end, and to end. */
export const SHUTDOWN = 'shutdown';
export const EXIT = 'exit';

/**
 * Both ways: whoever has sent a request wants no answer any more. MCP's needs none then; LSP's gets
 * one all the same.
 */
export const MCP_CANCELLED = 'notifications/cancelled';
export const LSP_CANCEL_REQUEST = '$/cancelRequest';
export const CANCEL_METHODS: readonly string[] = [MCP_CANCELLED, LSP_CANCEL_REQUEST];
/** LSP: the user has cancelled what a progress token stands for. */
export const LSP_CANCEL_WORK = 'window/workDoneProgress/cancel';
/** With which a client cancels. */
export const CLIENT_CANCEL_METHODS: readonly string[] = [...CANCEL_METHODS, LSP_CANCEL_WORK];

/** What a request's progress token is for. */
export const PROGRESS_METHODS: readonly string[] = ['notifications/progress', '$/progress'];

/** LSP: notifications with which a client opens and closes a document. */
export const DID_OPEN = 'textDocument/didOpen';
export const DID_CLOSE = 'textDocument/didClose';
export const DOCUMENT_METHODS: readonly string[] = [DID_OPEN, DID_CLOSE];
