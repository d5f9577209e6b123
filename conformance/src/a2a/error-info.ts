import { isRecord } from '../kit/json.ts';

const DOMAIN = 'a2a-protocol.org';

/** What an A2A error's details have to hold (9.5, 11.6), for messages. */
export const errorInfoWith = (reason?: string): string =>
  `ErrorInfo with ${reason === undefined ? 'a reason' : `the reason ${reason}`} and the domain ${DOMAIN}`;

/** The details hold an ErrorInfo of A2A, with this reason where one is given. */
export function hasErrorInfo(details: unknown, reason?: string): boolean {
  return (
    Array.isArray(details) &&
    details.some(
      (detail) =>
        isRecord(detail) &&
        String(detail['@type']).endsWith('google.rpc.ErrorInfo') &&
        typeof detail.reason === 'string' &&
        (reason === undefined ? detail.reason !== '' : detail.reason === reason) &&
        detail.domain === DOMAIN,
    )
  );
}
