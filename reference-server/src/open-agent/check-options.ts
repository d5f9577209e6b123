import { ServerOptionsError } from '../options-error.ts';
import { checkNames } from '../option-names.ts';
import { OPEN_AGENT_OPTIONS, SCOPES, type OpenAgentOptions } from './options.ts';
import { PLAN_NAMES } from './plan-list.ts';

const refuse = (at: string, expected: string, got: unknown): never => {
  throw new ServerOptionsError(`openAgent.${at}: expected ${expected}; got ${JSON.stringify(got)}`);
};
const isOne = (names: readonly string[], value: unknown) => names.some((name) => name === value);
const PLANS = `one of ${PLAN_NAMES.join(', ')}`;

/** Throws a ServerOptionsError for what would otherwise be a server that nobody can log in to, or everybody. */
export function checkOpenAgent(options: OpenAgentOptions | undefined): void {
  checkNames(options, OPEN_AGENT_OPTIONS, 'openAgent.');
  const { accounts = [], plans = {}, stripeSecrets = [] } = options ?? {};
  const seen = new Map<string, string>();
  for (const [index, { email, plan, keys = [] }] of accounts.entries()) {
    const at = `accounts[${index}]`;
    if (typeof email !== 'string' || !email.includes('@')) refuse(`${at}.email`, 'a mail address', email);
    if (plan !== undefined && !isOne(PLAN_NAMES, plan)) refuse(`${at}.plan`, PLANS, plan);
    for (const [number, given] of keys.entries()) {
      const { key, scopes = [], expiresAt } = typeof given === 'string' ? { key: given } : given;
      const place = `${at}.keys[${number}]`;
      // Keys are secrets: none is told in an error.
      if (typeof key !== 'string' || !/^\S+$/.test(key)) refuse(place, 'a key, without white space', typeof key);
      const owner = seen.get(key);
      if (owner !== undefined) refuse(place, 'a key of its own', `the key of ${owner}`);
      seen.set(key, at);
      for (const scope of scopes) if (!isOne(SCOPES, scope)) refuse(`${place}.scopes`, SCOPES.join(', '), scope);
      if (expiresAt !== undefined && Number.isNaN(Date.parse(expiresAt)))
        refuse(`${place}.expiresAt`, 'a time by ISO 8601', expiresAt);
    }
  }
  for (const name of Object.keys(plans)) if (!isOne(PLAN_NAMES, name)) refuse('plans', PLANS, name);
  // Anybody can sign with an empty one.
  if (stripeSecrets.some((secret) => typeof secret !== 'string' || secret === ''))
    refuse('stripeSecrets', 'secrets that are not empty', '');
}
