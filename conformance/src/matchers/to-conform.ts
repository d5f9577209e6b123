import type { Exchange } from '@agentproto/recording';
import { requirements, type RequirementId } from '@agentproto/rules';
import { didYouMean } from '@agentproto/script';
import { families } from '../families.ts';
import type { SuiteFamily } from '../kit/family.ts';
import type { Finding } from '../kit/result.ts';
import { rowTable } from '../kit/rows.ts';
import { exchangeOf } from '../recorder/fixtures.ts';
import { heldOf, type Conforming, type Held } from './held.ts';
import { judgedAsClient, judgedAsServer, sharesOf, type Judged, type Share } from './judged.ts';
import { receivedIn, type Received } from './received.ts';

export interface ConformOptions {
  /** Protocols that alone are looked at, by id (`a2a@1.0`). Default: all that the exchanges are of. */
  protocol?: string | readonly string[];
  /**
   * Whose rules: what a client sends, or what a server answers. Default: a journal shows a client, and a recording a server;
   * a journal can show nothing else.
   */
  of?: 'client' | 'server';
  /** Whether a broken SHOULD fails, too. Default `must`. */
  failOn?: 'must' | 'should';
  /** Rules that may be broken: what is known, and not mended yet. */
  except?: readonly RequirementId[];
}

/** The shape that vitest, Jest and Playwright have in common. */
export interface Matched {
  pass: boolean;
  message: () => string;
}

/**
 * Whether the exchanges keep the rules of their protocol. It rejects where that cannot be told, so that neither the matcher nor its
 * `not` holds by itself: nothing came, nothing of a protocol that can be judged, nothing that a rule is about.
 * @param given a reference server or a scope of it, requests of its journal, a fixture, or exchanges of a recording
 */
export async function toConform(given: Conforming, options: ConformOptions = {}): Promise<Matched> {
  const { failOn = 'must', except = [] } = checked(options);
  const held = heldOf(given);
  const side = options.of ?? (held.kind === 'journal' ? 'client' : 'server');
  if (side === 'server' && held.kind === 'journal')
    throw new TypeError('toConform: of: a journal shows what a client does; expected client, or a recording');
  const named = namedFamilies(options.protocol);
  const { exchanges, protocols, partial } = recordingOf(held);
  if (exchanges.length === 0) throw new Error('toConform: expected exchanges to look at, and nothing came');
  const shares = sharesOf(exchanges, protocols, named).filter(
    ({ family }) => side === 'server' || (family.clients ?? []).length > 0,
  );
  if (shares.length === 0) throw new Error(noProtocol(exchanges, protocols, named, side));
  if (held.kind === 'journal' && held.entries.every(({ answer }) => !answer))
    throw new Error('toConform: expected a server that keeps its answers: createReferenceServer({ record: true })');
  const judged = await Promise.all(
    shares.map((share) => (side === 'client' ? judgedAsClient(share, partial) : judgedAsServer(share))),
  );
  const findings = judged.flatMap((one) => one.findings.map((finding) => ({ finding, family: one.family })));
  const crashed = findings.find(({ finding }) => finding.verdict === 'harness-error');
  if (crashed)
    throw new Error(`toConform: the suite itself failed at ${crashed.finding.requirement}: ${crashed.finding.reason}`);
  const looked = findings.filter(({ finding }) => LOOKED.has(finding.verdict));
  if (looked.length === 0) throw new Error(noOccasion(shares, side));
  const broken = looked.filter(
    ({ finding: { verdict, requirement } }) =>
      (verdict === 'violation' || (verdict === 'warning' && failOn === 'should')) && !except.includes(requirement),
  );
  const pass = broken.length === 0;
  const whose = `the ${side}'s rules of ${judged.map(({ family }) => family.id).join(', ')}`;
  return {
    pass,
    message: () =>
      pass
        ? `expected ${whose} to be broken; these were kept: ${keptIn(judged).join(', ')}`
        : `expected ${whose} to be kept\n\n${broken.map((one) => told(one.finding, one.family, exchanges)).join('\n\n')}`,
  };
}

const LOOKED: ReadonlySet<string> = new Set(['violation', 'warning', 'pass']);

function recordingOf(held: Held): Received {
  const none: Received = { exchanges: [], protocols: new Map(), partial: false };
  if (held.kind === 'recording') return { ...none, exchanges: [...held.exchanges] };
  if (held.kind === 'fixture') {
    const exchanges = held.exchanges.map((one, id) => exchangeOf(one, id, held.origin));
    // People cut and write such files.
    return { ...none, exchanges, partial: true };
  }
  const received = receivedIn(held.entries, originOf(held));
  return { ...received, partial: received.partial || !held.isWhole };
}

/** Where the double says that it is; of single requests the host that they name. */
function originOf({ url, entries }: Extract<Held, { kind: 'journal' }>): string {
  const known = url === undefined ? undefined : URL.parse(url)?.origin;
  return known ?? URL.parse(`http://${entries[0]?.headers['host'] ?? ''}`)?.origin ?? 'http://double.invalid';
}

/** The options, once it is clear that they can be. */
function checked(options: ConformOptions): ConformOptions {
  const names = ['protocol', 'of', 'failOn', 'except'];
  const strange = Object.keys(options).find((name) => !names.includes(name));
  if (strange) throw new TypeError(`toConform: ${strange}: there is no such option${didYouMean(strange, names)}`);
  oneOf('of', options.of, ['client', 'server']);
  oneOf('failOn', options.failOn, ['must', 'should']);
  for (const id of options.except ?? [])
    if (!Object.hasOwn(requirements, id))
      throw new TypeError(`toConform: except: there is no rule ${id}${didYouMean(id, Object.keys(requirements))}`);
  return options;
}

function oneOf(name: string, value: string | undefined, choices: readonly string[]): void {
  if (value !== undefined && !choices.includes(value))
    throw new TypeError(`toConform: ${name}: expected ${choices.join(' or ')}; got ${String(value)}`);
}

function namedFamilies(protocol: ConformOptions['protocol']): SuiteFamily[] | undefined {
  if (protocol === undefined) return undefined;
  return [protocol].flat().map((id) => {
    const ids = families.map((family) => family.id);
    const found = families.find((family) => family.id === id);
    if (!found)
      throw new TypeError(`toConform: protocol: there is no ${id}${didYouMean(id, ids)}; expected ${ids.join(', ')}`);
    return found;
  });
}

function noProtocol(
  exchanges: readonly Exchange[],
  protocols: Received['protocols'],
  named: readonly SuiteFamily[] | undefined,
  side: 'client' | 'server',
): string {
  const able = families.filter(({ known, clients = [] }) => (side === 'server' ? known : clients.length > 0));
  const expected = (named ?? able).map(({ id }) => id).join(', ');
  const said = [...new Set(protocols.values())].filter((id) => id !== undefined);
  const came = exchanges.slice(0, 5).map(({ request }) => `${request.method} ${new URL(request.url).pathname}`);
  const unable = named?.filter((family) => !able.includes(family)).map(({ id }) => id) ?? [];
  if (unable.length > 0)
    return `toConform: ${unable.join(', ')} has no rules for that; expected of ${able.map(({ id }) => id).join(', ')}`;
  return `toConform: expected exchanges of ${expected}; of ${exchanges.length} none is${
    said.length > 0 ? `, they are of ${said.join(', ')}` : `: ${came.join(', ')}${exchanges.length > 5 ? ' …' : ''}`
  }`;
}

const noOccasion = (shares: readonly Share[], side: string): string =>
  `toConform: no rule for a ${side} of ${shares.map(({ family }) => family.id).join(', ')} is about anything in these ${Math.max(...shares.map((share) => share.exchanges.length))} exchanges, so nothing can be told`;

const keptIn = (judged: readonly Judged[]): string[] => [
  ...new Set(
    judged.flatMap(({ findings }) =>
      findings.filter(({ verdict }) => verdict === 'pass').map((one) => one.requirement),
    ),
  ),
];

/** The rule, its section, and the exchange, as somebody reads it in the output of a test. */
function told({ requirement, failure }: Finding, family: SuiteFamily, exchanges: readonly Exchange[]): string {
  const row = rowTable(family).get(requirement) ?? requirements[requirement];
  const lines = [
    `${row.id} (${row.level.toUpperCase()}, ${family.id} ${row.section}): ${row.statement}`,
    `  ${failure?.message ?? 'broken'}; got ${short(failure?.actual)}`,
  ];
  const at = exchanges.find(({ id }) => id === failure?.exchange);
  if (at) {
    const { method, url, body } = at.request;
    const { pathname, search } = new URL(url);
    const frame = failure?.frame === undefined ? '' : `, event ${failure.frame}`;
    lines.push(
      `  in exchange ${at.id}${frame}: ${method} ${pathname}${search}${body && 'text' in body ? ` ${body.text.slice(0, 200)}` : ''}`,
    );
  }
  return lines.join('\n');
}

function short(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
