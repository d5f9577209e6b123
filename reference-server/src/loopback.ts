import { isIPv6 } from 'node:net';

/** Whether only this machine can reach a server that listens on the host. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase();
  return name === 'localhost' || /^127(\.\d{1,3}){3}$/.test(name) || (isIPv6(name) && /^(0*:)*:?0*1$/.test(name));
}
