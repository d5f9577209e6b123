import type { AuthenticationInfo } from '@agentproto/protocol/a2a/1.0';

/** What a sender has to show (§4.3.3, §13.2): what stands in the configuration that the agent was given. */
export interface Credentials {
  /** `token` of the configuration, which comes as `X-A2A-Notification-Token`; several while one takes the place of another. */
  token?: string | readonly string[];
  /**
   * `authentication` of the configuration, which comes as `Authorization: SCHEME CREDENTIALS`; one, or several of them.
   * Beside it a `token` that does not come is not missed: @a2a-js/sdk sends one of the two. One that comes has to be right.
   */
  authentication?: AuthenticationInfo | readonly AuthenticationInfo[];
}

/** One header, and its values that are good, as digests: their length says nothing, and no comparison ends early. */
interface Expected {
  header: string;
  scheme: string;
  digests: Promise<Uint8Array[]>;
}

export interface CredentialCheck {
  /** What `WWW-Authenticate` says where it is missing. */
  challenge: string;
  /** How many things have to be shown. */
  count: number;
  /** Whether they are shown by `headers`. Takes the same time whatever those hold. */
  holds(headers: Headers): Promise<boolean>;
}

export function credentialCheck({ token, authentication }: Credentials): CredentialCheck {
  const tokens = [token ?? []].flat();
  const authentications = [authentication ?? []].flat();
  const expected: Expected[] = [];
  if (tokens.length > 0)
    expected.push({ header: TOKEN_HEADER, scheme: 'A2A-Notification-Token', digests: all(tokens) });
  if (authentications.length > 0) {
    const values = authentications.map(({ scheme, credentials }) =>
      plain(credentials ? `${scheme} ${credentials}` : scheme),
    );
    expected.push({ header: 'authorization', scheme: authentications[0]!.scheme, digests: all(values) });
  }
  return {
    challenge: expected.at(-1)?.scheme ?? 'Bearer',
    count: expected.length,
    async holds(headers) {
      let good = 1;
      for (const { header, digests } of expected) {
        const given = headers.get(header);
        if (given === null && header === TOKEN_HEADER && expected.length > 1) continue;
        const value = given ?? '';
        const shown = await digestOf(header === TOKEN_HEADER ? value : plain(value));
        let found = 0;
        for (const digest of await digests) found |= same(digest, shown);
        good &= found;
      }
      return good === 1;
    },
  };
}

/** In the samples of 1.0.0 and in every SDK; the text of 1.0.1 no longer names it. */
const TOKEN_HEADER = 'x-a2a-notification-token';

/** The name of a scheme is the same in any case (RFC 9110, 11.1). */
function plain(value: string): string {
  const [scheme = '', ...credentials] = value.trim().split(/\s+/);
  return [scheme.toLowerCase(), ...credentials].join(' ');
}

const all = (values: readonly string[]) => Promise.all(values.map(digestOf));

export async function digestOf(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
}

/** 1 or 0, after a look at every byte. */
function same(one: Uint8Array, other: Uint8Array): number {
  let difference = 0;
  for (let index = 0; index < one.length; index++) difference |= one[index]! ^ other[index]!;
  return difference === 0 ? 1 : 0;
}
