import { BlockList, isIP } from 'node:net';

const SPECIAL = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  SPECIAL.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  SPECIAL.addSubnet(network, prefix, 'ipv6');

/** Names that are nobody's on the public internet (RFC 2606, 6761, 6762, 8375, 9476), and those of clusters. */
const LOCAL_NAME =
  /(^|\.)(localhost|local|internal|intranet|lan|home\.arpa|test|example|invalid|onion|alt)\.?$|\.svc$/i;

/** A host that only its own machine or network can reach: private, link-local, loopback, or a name of no public domain. */
export function specialHost(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const version = isIP(host);
  if (version > 0) return SPECIAL.check(host, version === 4 ? 'ipv4' : 'ipv6');
  return !host.includes('.') || LOCAL_NAME.test(host);
}
