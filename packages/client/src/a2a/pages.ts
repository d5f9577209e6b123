import { MalformedResponseError } from '../errors.ts';

/** Page after page, each asked for when it is needed, until `nextPageToken` is empty (§3.1.4, §3.1.9). */
export async function* pages<Page extends { nextPageToken?: string }>(
  operation: string,
  { pageToken }: { pageToken?: string },
  page: (from: { pageToken?: string }) => Promise<Page>,
): AsyncGenerator<Page, void, undefined> {
  for (;;) {
    const got = await page(pageToken ? { pageToken } : {});
    yield got;
    if (!got.nextPageToken) return;
    // It would be the same page again, for ever.
    if (got.nextPageToken === pageToken) throw new MalformedResponseError('a new nextPageToken', operation, pageToken);
    pageToken = got.nextPageToken;
  }
}
