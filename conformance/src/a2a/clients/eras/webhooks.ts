import { clientCheck, type ClientCheck } from '../../../kit/client-check.ts';
import { isRecord } from '../../../kit/json.ts';
import { seen } from '../../../kit/subject.ts';
import { isAuthentic, type WebhookConfig } from '../webhooks.ts';
import type { OldCall, OldReading } from './calls.ts';

/** What a client registered, by itself or with a message, in the words of section 6 or of ProtoJSON. */
function configOf({ said, operation }: OldCall): WebhookConfig | undefined {
  if (!isRecord(said)) return undefined;
  const { configuration, config = said } = said;
  const inline = isRecord(configuration)
    ? (configuration.pushNotificationConfig ?? configuration.pushNotification)
    : undefined;
  const own = isRecord(config) ? config.pushNotificationConfig : undefined;
  const given = operation === 'CreateTaskPushNotificationConfig' ? own : inline;
  if (!isRecord(given) || typeof given.url !== 'string') return undefined;
  const { schemes, credentials } = isRecord(given.authentication) ? given.authentication : {};
  const [scheme] = Array.isArray(schemes) ? schemes : [];
  return {
    url: given.url,
    // How the agent comes by a token of its own is between the two: what was not told cannot be compared.
    authorization:
      typeof scheme === 'string' && typeof credentials === 'string' ? `${scheme} ${credentials}` : undefined,
    token: typeof given.token === 'string' && given.token !== '' ? given.token : undefined,
  };
}

export const webhookChecks = (reading: OldReading): ClientCheck[] => [
  clientCheck('a2a/client/authentic', {
    title: 'A webhook believes its agent, and nobody else',
    proves: ['A2A03-CLI-015'],
    ofTold: true,
    examine({ exchanges, situation, told }, check) {
      const { expected } = situation ?? {};
      const configs = reading.callsIn(exchanges).flatMap((call) => configOf(call) ?? []);
      for (const call of exchanges.filter(({ binding }) => binding === 'webhook')) {
        const verdicts = configs.filter(({ url }) => url === call.request.url).map((one) => isAuthentic(call, one));
        const status = call.response?.status;
        // Where nobody answered, the receiver was gone.
        if (verdicts.length === 0 || verdicts.includes(undefined) || verdicts.includes(true) || status === undefined)
          continue;
        const isRefused = status < 200 || status >= 300;
        // No text says how a receiver answers: who thanks for a false call, and believes it not, has verified it.
        if (!isRefused && (told === undefined || expected === undefined || expected === 'failed')) continue;
        const isBelieved = !isRefused && (expected === 'failed' || told?.text !== expected?.text);
        check('A2A03-CLI-015', seen({ status, told }, { exchange: call.id })).holds(
          !isBelieved,
          'a false notification to be refused, or not believed',
        );
      }
    },
  }),
];
