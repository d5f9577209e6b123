import type { Middleware } from './middleware.ts';

/**
 * A bearer token, or what supplies one. It is asked once, then again with `refresh: true` when a server answers 401;
 * calls that meet the same 401 share one refresh, because a refresh token that is used twice may be revoked.
 */
export type Auth = string | ((ask: { refresh: boolean }) => string | Promise<string>);

/** Every token that is used goes into `secrets`. */
export function bearer(auth: Auth, secrets: Set<string>): Middleware {
  const supply = typeof auth === 'string' ? undefined : auth;
  let token: Promise<string> | undefined = supply ? undefined : Promise.resolve(auth as string);

  function ask(refresh: boolean): Promise<string> {
    const asked = (async () => supply!({ refresh }))();
    token = asked;
    // A supplier that failed is asked again by the next call.
    asked.catch(() => {
      if (token === asked) token = undefined;
    });
    return asked;
  }

  return async (request, next) => {
    const send = async (used: Promise<string>) => {
      const headers = new Headers(request.headers);
      const value = await used;
      secrets.add(value);
      headers.set('authorization', `Bearer ${value}`);
      return next({ ...request, headers });
    };
    const used = token ?? ask(false);
    const response = await send(used);
    if (response.status !== 401 || !supply) return response;
    await response.body?.cancel();
    // Another call may have refreshed it meanwhile.
    return send(token === undefined || token === used ? ask(true) : token);
  };
}
