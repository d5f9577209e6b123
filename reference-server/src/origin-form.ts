const ABSOLUTE = /^https?:\/\/[^/?#]*/i;

/**
 * The target of a request as all that looks at it reads it. Clients that take the server for a proxy send the whole address, which
 * a server has to accept (RFC 9112, 3.2.2).
 */
export function originForm(target: string): string {
  if (target.startsWith('/')) return target;
  const path = target.replace(ABSOLUTE, '');
  return path === target || path.startsWith('/') ? path : `/${path}`;
}
