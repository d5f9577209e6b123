import type { Exchange } from '@agentproto/recording';
import { clientCheck } from '../../kit/client-check.ts';
import { isRecord } from '../../kit/json.ts';
import { seen } from '../../kit/subject.ts';
import { callsIn, header, type ClientCall } from './calls.ts';

export interface WebhookConfig {
  url: string;
  authorization: string | undefined;
  token: string | undefined;
}

/** What a client registered, by itself or with a message. */
function configOf({ params, operation }: ClientCall): WebhookConfig | undefined {
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
export function isAuthentic(call: Exchange, { authorization, token }: WebhookConfig): boolean | undefined {
  const shown = [header(call, 'authorization'), header(call, 'x-a2a-notification-token')];
  if ([authorization, token, ...shown].some((text) => text?.includes('[redacted]'))) return undefined;
  if (authorization !== undefined) return shown[0]?.toLowerCase() === authorization.toLowerCase();
  return token === undefined ? undefined : shown[1] === token;
}

const bodyText = ({ request: { url, body } }: Exchange): string => `${url} ${body && 'text' in body ? body.text : ''}`;

export const webhookChecks = [
  clientCheck('a2a/client/webhook', {
    title: 'A webhook takes what is meant for it, again too, and nothing else',
    proves: ['A2A10-CLI-008'],
    ofTold: true,
    examine({ exchanges, situation, told }, check) {
      const taken = new Set<string>();
      // Who drops a false call may thank for it all the same: what it says that it got shows whether it did.
      const sawThrough =
        situation?.expected !== undefined && situation.expected !== 'failed' && told?.text === situation.expected.text;
      const configs = callsIn(exchanges).flatMap((call) => configOf(call) ?? []);
      for (const call of exchanges.filter(({ binding }) => binding === 'webhook')) {
        const own = configs.filter(({ url }) => url === call.request.url);
        const status = call.response?.status;
        const verdicts = own.map((config) => isAuthentic(call, config));
        // Where nobody answered, the receiver was gone.
        if (own.length === 0 || verdicts.includes(undefined) || status === undefined) continue;
        const isTaken = status >= 200 && status < 300;
        const subject = seen(status, { exchange: call.id });
        if (!verdicts.includes(true)) {
          check('A2A10-CLI-008', subject).holds(
            !isTaken || sawThrough,
            'a refusal of a delivery without the credentials that were given',
          );
          continue;
        }
        const body = bodyText(call);
        // Of what comes again it is only recommended that it be taken.
        const level = taken.has(body) ? ({ level: 'should' } as const) : {};
        if (isTaken) taken.add(body);
        check('A2A10-CLI-008', subject, level).holds(
          isTaken,
          '2xx for a delivery with the credentials that were given',
        );
      }
    },
  }),
];
