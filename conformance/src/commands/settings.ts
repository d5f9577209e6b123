import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { keysIn } from '../a2a/card-signatures.ts';
import { UsageError } from '../kit/usage-error.ts';
import type { RunOptions } from '../kit/runner.ts';
import { parseDuration, parseInteger, type Flag, type Flags } from './flags.ts';

/** Flags that say what is run against what. */
export const RUN_FLAGS: readonly Flag[] = [
  { name: 'target', value: 'a URL such as http://127.0.0.1:8080' },
  { name: 'protocol', value: 'protocol ids such as a2a@1.0, or auto' },
  { name: 'header', value: '"Name: value"', repeatable: true },
  { name: 'bearer', value: 'a token' },
  { name: 'identity', value: 'NAME=TOKEN of a second caller' },
  { name: 'webhook-listen', value: 'HOST:PORT such as 127.0.0.1:9000' },
  { name: 'webhook-url', value: 'a URL such as https://hooks.example.com' },
  { name: 'card-key', value: 'a file with a JWK or a JWK Set' },
  { name: 'model', value: 'the id of a model' },
  { name: 'mailbox', value: 'a URL that gives the mails to the address in `to`' },
  { name: 'device-approve', value: 'a URL that lets a device in' },
  { name: 'stripe-secret', value: "the secret of Stripe's webhooks" },
  { name: 'profile', value: 'script, tck, echo, probe or a file' },
  { name: 'only', value: 'a pattern such as A2A10-STREAM-*', repeatable: true },
  { name: 'skip', value: 'a pattern such as A2A10-STREAM-*', repeatable: true },
  { name: 'scenarios', value: 'a file such as my/*.scenario.ts', repeatable: true },
  { name: 'write-baseline', value: 'a file' },
  { name: 'reason', value: 'a sentence that says why the reds are accepted' },
  { name: 'repeat', value: 'a number of plays' },
  { name: 'concurrency', value: 'a number' },
  { name: 'timeout', value: 'a duration such as 10s' },
  { name: 'deadline', value: 'a duration such as 2m' },
  { name: 'seed', value: 'a number' },
];

export type Settings = Omit<RunOptions, 'command' | 'signal'>;

/** @throws UsageError that says what was expected; it never repeats a token. */
export function readSettings(flags: Flags, env: NodeJS.ProcessEnv): Settings {
  const target = flags.one('target');
  if (target === undefined)
    throw new UsageError(
      '--target is missing; expected the base URL of an agent server, such as --target http://127.0.0.1:8080',
    );
  const repeat = flags.has('repeat') ? parseInteger('--repeat', flags.one('repeat')!, 2, 1_000) : undefined;
  return {
    target: parseTarget(target),
    protocols: parseProtocols(flags.one('protocol') ?? 'auto'),
    model: flags.one('model'),
    profile: flags.one('profile'),
    only: patterns(flags, 'only'),
    skip: patterns(flags, 'skip'),
    headers: readHeaders(flags, env),
    identity: readIdentity(flags, env),
    webhook: readWebhook(flags),
    cardKeys: readCardKeys(flags),
    around: readAround(flags, env),
    concurrency: parseInteger('--concurrency', flags.one('concurrency') ?? '4', 1, 64),
    timeoutMs: parseDuration('--timeout', flags.one('timeout') ?? '10s'),
    deadlineMs: parseDuration('--deadline', flags.one('deadline') ?? `${2 * (repeat ?? 1)}m`),
    ...(repeat !== undefined && { repeat }),
    seed: parseInteger('--seed', flags.one('seed') ?? String(randomInt(2 ** 31)), 0, 2 ** 31 - 1),
  };
}

/** Scenarios of the user's own. @throws UsageError for a file that is not as it should be. */
export async function readOwn(flags: Flags): Promise<Pick<Settings, 'own'>> {
  const files = flags.all('scenarios');
  if (files.length === 0) return {};
  const { loadOwn } = await import('../own/load.ts');
  return { own: await loadOwn(files) };
}

/** Patterns, each flag with one or several between commas, as `--protocol` has them. */
export function patterns(flags: Flags, name: 'only' | 'skip'): string[] {
  return flags.all(name).flatMap((text) => {
    const given = text.split(',').map((pattern) => pattern.trim());
    if (given.includes('')) throw new UsageError(`--${name} ${text}: expected patterns separated by commas`);
    return given;
  });
}

function parseTarget(text: string): string {
  const example = 'expected an absolute http or https URL, such as http://127.0.0.1:8080';
  if (!URL.canParse(text)) throw new UsageError(`--target: ${example}; got ${JSON.stringify(text.slice(0, 200))}`);
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    const meant = URL.canParse(`http://${text}`) && /^[\w.-]+:\d+/.test(text) ? `; did you mean http://${text}?` : '';
    throw new UsageError(`--target: ${example}; got the scheme ${url.protocol}${meant}`);
  }
  if (url.username || url.password)
    throw new UsageError(
      '--target: expected a URL without user and password; say them with --header "Authorization: …"',
    );
  url.hash = '';
  return url.href.replace(/\/$/, '');
}

function parseProtocols(text: string): readonly string[] | 'auto' {
  if (text === 'auto') return 'auto';
  const ids = text.split(',').map((id) => id.trim());
  if (ids.includes('') || ids.includes('auto'))
    throw new UsageError(`--protocol ${text}: expected auto, or ids separated by commas`);
  return [...new Set(ids)];
}

function readHeaders(flags: Flags, env: NodeJS.ProcessEnv): [string, string][] {
  const headers = flags.all('header').map((text) => parseHeader(text));
  const authorized = headers.some(([name]) => name.toLowerCase() === 'authorization');
  const bearer = flags.one('bearer');
  if (bearer !== undefined && authorized)
    throw new UsageError('--bearer: there is an Authorization header too; expected one of them');
  const token = bearer ?? (authorized ? undefined : env['AGENTPROTO_TOKEN'] || undefined);
  if (token === undefined) return headers;
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new UsageError(
      `${bearer === undefined ? 'AGENTPROTO_TOKEN' : '--bearer'}: expected a token without spaces and control characters`,
    );
  return [...headers, ['Authorization', `Bearer ${token}`]];
}

/** The second caller: `NAME=TOKEN`, or `NAME=Header: value` where it shows itself in another header. What came is not repeated. */
function readIdentity(flags: Flags, env: NodeJS.ProcessEnv): RunOptions['identity'] {
  const flag = flags.one('identity');
  const text = flag ?? (env['AGENTPROTO_IDENTITY'] || undefined);
  if (text === undefined) return undefined;
  const where = flag === undefined ? 'AGENTPROTO_IDENTITY' : '--identity';
  const [, name = '', secret = ''] = /^([\w.-]{1,64})=(.+)$/s.exec(text) ?? [];
  if (name === '') throw new UsageError(`${where}: expected NAME=TOKEN, with a name of letters, digits, ., _ and -`);
  if (/^[\w-]+: /.test(secret)) return { name, headers: [parseHeader(secret, where)] };
  if (/^[\x21-\x7e]+$/.test(secret)) return { name, headers: [['Authorization', `Bearer ${secret}`]] };
  throw new UsageError(
    `${where}: expected a token without spaces and control characters, or "Header: value", after ${name}=`,
  );
}

function readWebhook(flags: Flags): RunOptions['webhook'] {
  const listen = flags.one('webhook-listen');
  const url = flags.one('webhook-url');
  if (listen === undefined) {
    if (url === undefined) return undefined;
    throw new UsageError('--webhook-url: is how the target reaches --webhook-listen HOST:PORT; expected that flag too');
  }
  const [, host = '', port = ''] = /^(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(listen) ?? [];
  if (host === '' || Number(port) > 65_535)
    throw new UsageError(`--webhook-listen ${listen}: expected HOST:PORT, such as 127.0.0.1:9000 or [::1]:0`);
  if (url === undefined && /^(0\.0\.0\.0|\[::\])$/.test(host))
    throw new UsageError(
      `--webhook-listen ${listen}: is no address to be called at; expected --webhook-url URL beside it`,
    );
  if (url !== undefined && !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new UsageError(`--webhook-url: expected an http or https URL, got ${JSON.stringify(url.slice(0, 200))}`);
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port), ...(url !== undefined && { url }) };
}

function readAround(flags: Flags, env: NodeJS.ProcessEnv): RunOptions['around'] {
  const mailbox = readUrl(flags, 'mailbox');
  const deviceApprove = readUrl(flags, 'device-approve');
  const stripeSecret = flags.one('stripe-secret') ?? (env['AGENTPROTO_STRIPE_SECRET'] || undefined);
  return mailbox || deviceApprove || stripeSecret ? { mailbox, deviceApprove, stripeSecret } : undefined;
}

function readUrl(flags: Flags, name: string): URL | undefined {
  const text = flags.one(name);
  const url = text === undefined ? undefined : URL.parse(text);
  if (text !== undefined && !/^https?:$/.test(url?.protocol ?? ''))
    throw new UsageError(`--${name}: expected an http or https URL, got ${JSON.stringify(text.slice(0, 200))}`);
  return url ?? undefined;
}

/** Public keys for the signatures of the card. Private parts are left out, for nothing here may hold them. */
function readCardKeys(flags: Flags): RunOptions['cardKeys'] {
  const file = flags.one('card-key');
  if (file === undefined) return undefined;
  let keys: ReturnType<typeof keysIn>;
  try {
    keys = keysIn(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new UsageError(
      `--card-key ${file}: expected a file with a JWK or a JWK Set as JSON: ${(error as Error).message}`,
    );
  }
  if (keys.length === 0) throw new UsageError(`--card-key ${file}: expected a JWK or a JWK Set, got other JSON`);
  return keys.map(({ d: _d, p: _p, q: _q, dp: _dp, dq: _dq, qi: _qi, k: _k, ...key }) => key);
}

/** What says how long a request is and how its connection is used: set by hand, it would break requests and blame the target. */
const FRAMING = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

function parseHeader(text: string, flag = '--header'): [string, string] {
  const [, name = '', value = ''] = /^([^:]*):(.*)$/s.exec(text) ?? [];
  const fits = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
  // What came is not repeated: it may be a secret with a slip in it.
  if (!fits)
    throw new UsageError(
      `${flag}: expected "Name: value", with a header name before the colon and printable characters after it`,
    );
  if (FRAMING.has(name.toLowerCase()))
    throw new UsageError(`${flag} ${name}: is the suite's own, which frames every request itself`);
  return [name, value.trim()];
}
