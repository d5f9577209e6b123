import type { AuthToken } from '@agentproto/protocol/open-agent/0.7';
import { VirtualClock } from '@agentproto/script';
import { onTestFinished } from 'vitest';
import type { ServerOptions } from '../server-options.ts';
import { createReferenceServer } from '../server.ts';

export const START = Date.parse('2026-11-29T12:00:00Z');

/** A server of both revisions with a clock of its own, and how it is asked; as Ada, unless said otherwise. */
export async function serving(options: ServerOptions = {}) {
  const clock = new VirtualClock(START);
  const server = await createReferenceServer({ protocols: ['open-agent@0.7', 'open-agent@readme'], clock, ...options });
  onTestFinished(() => server.close());
  const ask = async (
    path: string,
    {
      method = 'GET',
      body,
      key = 'oaa_test_ada',
      headers = {},
      revision = '0.7',
    }: {
      method?: string;
      body?: unknown;
      key?: string | null;
      headers?: Record<string, string>;
      revision?: string;
    } = {},
  ) => {
    const answer = await fetch(server.urls[`open-agent@${revision}`] + path, {
      method,
      redirect: 'manual',
      headers: {
        ...(key !== null && { 'x-api-key': key }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      headers: answer.headers,
      json: (text === '' ? undefined : JSON.parse(text)) as never,
    };
  };
  const post = (path: string, body: unknown, more: object = {}) => ask(path, { method: 'POST', body, ...more });
  const login = async (email: string) => {
    await post('/auth/link', { email }, { key: null });
    const { token } = server.mailbox.to(email).at(-1)!;
    return (await ask(`/auth/link/verify/${token}`, { key: null })).json as AuthToken;
  };
  return { server, clock, ask, post, login };
}
export const bearer = (token: string | undefined) => ({ key: null, headers: { authorization: `Bearer ${token}` } });
