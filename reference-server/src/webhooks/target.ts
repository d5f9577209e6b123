import { lookup as resolve } from 'node:dns';
import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { specialAddress } from './address.ts';

/** Where webhooks may be sent. */
export interface TargetOptions {
  /** Hosts that may be called whatever their address is; `*.example.com` is every name below it. Default: none. */
  allowHosts?: readonly string[];
  /** When true, hosts that `allowHosts` does not name are refused. Default false. */
  onlyAllowed?: boolean;
  /** Hosts that are never called, also where `allowHosts` names them. */
  denyHosts?: readonly string[];
  /** 127.0.0.0/8, ::1 and localhost may be called: for tests on one machine. Default false. */
  loopback?: boolean;
  /** `http:` may be called, too, where the host is not on loopback. Default true, as for any test double. */
  plainHttp?: boolean;
}

/** A webhook's address is refused. The message says what was expected, and names the host alone. */
export class TargetError extends Error {
  override readonly name = 'TargetError';
}

export interface TargetGuard {
  /** The URL, when its form, its host and, where the host is one, its address are allowed. Throws a TargetError. */
  check(url: string): URL;
  /** Resolves a name and gives only addresses that are allowed, so that what was checked is what is dialled. */
  lookup: LookupFunction;
}

/** All addresses of a name. */
export type Resolve = (host: string, done: (error: Error | null, found: LookupAddress[]) => void) => void;

const resolveAll: Resolve = (host, done) => resolve(host, { all: true }, done);

/**
 * Keeps the server from being sent to places that only it can reach (A2A 1.0 §13.2). A name is checked twice:
 * by itself when a webhook is registered, and by the address that it has when it is dialled.
 */
export function targetGuard(options: TargetOptions = {}, resolver: Resolve = resolveAll): TargetGuard {
  const { allowHosts = [], onlyAllowed = false, denyHosts = [], loopback = false, plainHttp = true } = options;
  const named = (hosts: readonly string[], host: string) => hosts.some((one) => matches(one.toLowerCase(), host));
  const mayDial = (address: string) => {
    const kind = specialAddress(address);
    return kind === undefined || (loopback && kind === 'loopback');
  };

  function check(given: string): URL {
    const url = URL.canParse(given) ? new URL(given) : undefined;
    if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:'))
      throw new TargetError(`expected an absolute http or https URL, got ${JSON.stringify(given.slice(0, 100))}`);
    const host = hostOf(url);
    if (url.username || url.password)
      throw new TargetError(`expected a URL without user and password, got one for ${host}`);
    if (named(denyHosts, host)) throw new TargetError(`webhooks to ${host} are not allowed`);
    if (named(allowHosts, host)) return url;
    if (onlyAllowed) throw new TargetError(`webhooks go to allowed hosts only, and ${host} is none`);
    const local = host === 'localhost' || host.endsWith('.localhost');
    if (local && !loopback) throw refused(host, 'loopback');
    if (isIP(host) && !mayDial(host)) throw refused(host, specialAddress(host)!);
    if (url.protocol === 'http:' && !plainHttp && !local && specialAddress(host) !== 'loopback')
      throw new TargetError(`expected https, got http for ${host}`);
    return url;
  }

  /** What keeps a name from being dialled. One bad address among good ones is how a name is made to pass. */
  function problemOf(host: string, found: readonly LookupAddress[]): TargetError | undefined {
    if (found.length === 0) return new TargetError(`${host} has no address`);
    const bad = named(allowHosts, host.toLowerCase()) ? undefined : found.find(({ address }) => !mayDial(address));
    return bad && refused(host, specialAddress(bad.address)!);
  }

  const lookup: LookupFunction = (host, { all }, done) =>
    resolver(host, (error, found) => {
      const problem = error ?? problemOf(host, found);
      if (problem) done(problem, '');
      else if (all) done(null, found);
      else done(null, found[0]!.address, found[0]!.family);
    });

  return { check, lookup };
}

const refused = (host: string, kind: string) =>
  new TargetError(`expected a publicly reachable address, and that of ${host} is ${kind}`);

/** Brackets of IPv6 and the dot at the end of a full name are no part of it. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
}

function matches(pattern: string, host: string): boolean {
  return pattern.startsWith('*.') ? host.endsWith(pattern.slice(1)) : host === pattern;
}
