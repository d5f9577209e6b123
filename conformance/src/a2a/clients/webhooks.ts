import type { Exchange } from '@agentproto/recording';
import { clientCheck } from '../../kit/client-check.ts';
import { isRecord } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import { callsIn, header, type ClientCall } from './calls.ts';

interface Config {
  url: string;
  authorization: string | undefined;
  token: string | undefined;
}

/** What a client registered, by itself or with a message. */
function configOf({ params, operation }: ClientCall): Config | undefined {
  const inline = isRecord(params.configuration) ? params.configuration.taskPushNotificationConfig : undefined;
  const config = operation === 'CreateTaskPushNotificationConfig' ? params : inline;
  if (!isRecord(config) || typeof config.url !== 'string') return undefined;
  const { scheme, credentials } = isRecord(config.authentication) ? config.authentication : {};
  return {
    url: config.url,
    authorization:
      typeof scheme === 'string'
        ? [scheme, ...(typeof credentials === 'string' ? [credentials] : [])].join(' ')
        : undefined,
    token: typeof config.token === 'string' && config.token !== '' ? config.token : undefined,
  };
}

/** Whether a webhook call shows what was registered; undefined where nothing was, or where the recording hides it. */
function isAuthentic(call: Exchange, { authorization, token }: Config): boolean | undefined {
  const shown = [header(call, 'authorization'), header(call, 'x-a2a-notification-token')];
  if ([authorization, token, ...shown].some((text) => text?.includes('[redacted]'))) return undefined;
  if (authorization !== undefined) return shown[0]?.toLowerCase() === authorization.toLowerCase();
  return token === undefined ? undefined : shown[1] === token;
}

export const webhookChecks = [
  clientCheck('a2a/client/webhook', {
    title: 'A webhook takes what is meant for it, again too, and nothing else',
    proves: ['A2A10-CLI-008'],
    examine({ exchanges }, check) {
      const configs = callsIn(exchanges).flatMap((call) => configOf(call) ?? []);
      for (const call of exchanges.filter(({ binding }) => binding === 'webhook')) {
        const own = configs.filter(({ url }) => url === call.request.url);
        const status = call.response?.status;
        const verdicts = own.map((config) => isAuthentic(call, config));
        if (own.length === 0 || verdicts.includes(undefined)) continue;
        const isTaken = status !== undefined && status >= 200 && status < 300;
        check('A2A10-CLI-008', seen(status, { exchange: call.id })).holds(
          isTaken === verdicts.includes(true),
          verdicts.includes(true)
            ? '2xx for a delivery with the credentials that were given'
            : 'a refusal of a delivery without them',
        );
      }
    },
  }),
];
