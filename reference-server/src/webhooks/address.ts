import { BlockList, isIP, isIPv6 } from 'node:net';

/** Why an address is no place for a webhook. */
export type AddressKind = 'loopback' | 'private' | 'link-local' | 'unspecified' | 'multicast' | 'reserved';

type Range = [network: string, prefix: number, kind: AddressKind];

/** IANA's special-purpose registries (RFC 6890 and its updates), as far as nobody's public server can be there. */
const RANGES_4: readonly Range[] = [
  ['0.0.0.0', 8, 'unspecified'],
  ['10.0.0.0', 8, 'private'],
  ['100.64.0.0', 10, 'private'],
  ['127.0.0.0', 8, 'loopback'],
  // The metadata services of the clouds are here, at 169.254.169.254.
  ['169.254.0.0', 16, 'link-local'],
  ['172.16.0.0', 12, 'private'],
  ['192.0.0.0', 24, 'reserved'],
  ['192.0.2.0', 24, 'reserved'],
  ['192.88.99.0', 24, 'reserved'],
  ['192.168.0.0', 16, 'private'],
  ['198.18.0.0', 15, 'reserved'],
  ['198.51.100.0', 24, 'reserved'],
  ['203.0.113.0', 24, 'reserved'],
  ['224.0.0.0', 4, 'multicast'],
  ['240.0.0.0', 4, 'reserved'],
];

const RANGES_6: readonly Range[] = [
  ['::', 128, 'unspecified'],
  ['::1', 128, 'loopback'],
  ['100::', 64, 'reserved'],
  ['2001:db8::', 32, 'reserved'],
  ['2001::', 23, 'reserved'],
  ['fc00::', 7, 'private'],
  ['fe80::', 10, 'link-local'],
  ['fec0::', 10, 'private'],
  ['ff00::', 8, 'multicast'],
];

/** IPv6 ranges that carry an IPv4 address, and the 16-bit group at which it begins (RFC 4291, 6052, 8215, 3056). */
const EMBEDDED: readonly [network: string, prefix: number, group: number][] = [
  ['::ffff:0:0', 96, 6],
  ['::', 96, 6],
  ['64:ff9b::', 96, 6],
  ['64:ff9b:1::', 48, 6],
  ['2002::', 16, 1],
];

const blocks = (ranges: readonly Range[], family: 'ipv4' | 'ipv6') =>
  ranges.map(([network, prefix, kind]) => ({ list: subnet(network, prefix, family), kind }));
const BLOCKS = { 4: blocks(RANGES_4, 'ipv4'), 6: blocks(RANGES_6, 'ipv6') };
const CARRIERS = EMBEDDED.map(([network, prefix, group]) => ({ list: subnet(network, prefix, 'ipv6'), group }));

function subnet(network: string, prefix: number, family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  list.addSubnet(network, prefix, family);
  return list;
}

/**
 * What keeps an IP address from being a webhook's; undefined where it is globally reachable. An IPv4 address
 * inside an IPv6 one is judged as itself.
 */
export function specialAddress(address: string): AddressKind | undefined {
  const plain = address.replace(/%.*$/, '');
  const version = isIP(plain);
  if (version === 0) return 'reserved';
  if (version === 4) return kindIn(4, plain);
  return kindIn(6, plain) ?? embedded(plain);
}

function kindIn(version: 4 | 6, address: string): AddressKind | undefined {
  const family = version === 4 ? 'ipv4' : 'ipv6';
  return BLOCKS[version].find(({ list }) => list.check(address, family))?.kind;
}

function embedded(address: string): AddressKind | undefined {
  const carrier = CARRIERS.find(({ list }) => list.check(address, 'ipv6'));
  return carrier && kindIn(4, ipv4At(groups(address), carrier.group));
}

const ipv4At = (all: readonly number[], group: number): string =>
  [all[group]! >> 8, all[group]! & 0xff, all[group + 1]! >> 8, all[group + 1]! & 0xff].join('.');

/** The eight groups of an IPv6 address; `new URL` writes every form of it the same way. */
function groups(address: string): number[] {
  const canonical = isIPv6(address) ? new URL(`http://[${address}]`).hostname.slice(1, -1) : '::';
  const [head = '', tail = ''] = canonical.split('::', 2);
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)));
  const before = parse(head);
  const after = parse(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}
