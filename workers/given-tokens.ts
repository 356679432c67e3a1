/**
 * Progress tokens that a shared server gets in place of its clients' own, as JSON text, made from
 * the id that it gets for the request: unique as long as that is. Servers make tokens too
 * (`window/workDoneProgress/create`), often by counting, so ours are spelt as none of theirs is.
 *
 *      "sluice-<id>"            the `progressToken` or `workDoneToken` of request <id>
 *      "sluice-<id>-partial"    its `partialResultToken`
 */
export const GIVEN_TOKEN_START = '"sluice-';
export const GIVEN_TOKEN_PARTIAL = '-partial';
export const GIVEN_TOKEN_END = '"';
const GIVEN = /^"sluice-([1-9]\d{0,9})(-partial)?"$/;

/** For the `progressToken` or `workDoneToken` of request `id`. */
export function givenToken(id: number): string {
  return `${GIVEN_TOKEN_START}${id}${GIVEN_TOKEN_END}`;
}

/** For its `partialResultToken`. */
export function givenPartialToken(id: number): string {
  return `${GIVEN_TOKEN_START}${id}${GIVEN_TOKEN_PARTIAL}${GIVEN_TOKEN_END}`;
}

/** Which request a token was given for; null: it is none of ours. */
export function requestOfToken(token: string): { id: number; isPartial: boolean } | null {
  const match = GIVEN.exec(token);
  return match === null ? null : { id: Number(match[1]), isPartial: match[2] !== undefined };
}
