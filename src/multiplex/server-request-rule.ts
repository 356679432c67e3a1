/** `--server-requests`: who gets what the server asks; chooseClient() says how. */
export const SERVER_REQUEST_RULES = ['owner', 'oldest', 'refuse'] as const;
export type ServerRequestRule = (typeof SERVER_REQUEST_RULES)[number];
