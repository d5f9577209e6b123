import { isRecord } from '../kit/json.ts';
import { slow } from '../kit/steps.ts';
import { Blocked, Lost } from '../kit/stops.ts';
import type { Webhook, WebhookCall } from '../recorder/webhook-receiver.ts';
import type { A2AAgent, Said } from './agent.ts';
import { refusesInput } from './refusal.ts';
import type { Reply } from './reply.ts';
import { eventView, stateOf, TERMINAL, type EventView } from './view.ts';

/** A push configuration as CreateTaskPushNotificationConfig answered it. */
export interface MadeConfig {
  reply: Reply;
  id: string;
  url: string;
}

/** A task that works until it is canceled. */
export async function workingTask(agent: A2AAgent, said: Said = slow()): Promise<{ id: string }> {
  return (await agent.send(said, { configuration: { returnImmediately: true } })).sentTask();
}

/**
 * A webhook URL at which nobody is harmed: the suite's own, or one whose name leads nowhere (RFC 2606). Which of them the
 * target takes is learnt by trying, for a guard may refuse what is on loopback as 13.2 recommends, or what has no address.
 */
export async function makeConfig(
  agent: A2AAgent,
  taskId: string,
  more: Record<string, unknown> = {},
): Promise<MadeConfig> {
  const { url: given, ...rest } = more;
  const urls = typeof given === 'string' ? [given] : [...(agent.hasHooks ? [(await agent.hook()).url] : []), NOWHERE];
  let last: Reply | undefined;
  for (const url of urls) {
    last = await agent.call('CreateTaskPushNotificationConfig', { taskId, url, ...rest });
    const { result } = last.value;
    if (isRecord(result) && typeof result.id === 'string' && result.id !== '')
      return { reply: last, id: result.id, url };
    if (!refusesInput(last)) break;
  }
  if (refusesInput(last!)) throw new Lost(guarded(urls));
  return { reply: last!, id: '', url: urls[0]! };
}

/** What a webhook is registered for when nothing is to be called. */
export const NOWHERE = 'https://webhook.agentproto.invalid/hook';

/** Registers a webhook of the suite's for a task; inconclusive where the target's guard keeps loopback out. */
export async function registerHook(
  agent: A2AAgent,
  taskId: string,
  hook: Webhook,
  more: Record<string, unknown> = {},
): Promise<MadeConfig> {
  return made(await makeConfig(agent, taskId, { ...more, url: hook.url }));
}

/** The configuration, or a stop for what cannot be had without one. */
export function made(config: MadeConfig): MadeConfig {
  if (config.id !== '') return config;
  const { place, value } = config.reply;
  throw new Blocked('A2A10-PUSH-001', 'expected a push configuration with an id', {
    ...{ place, expected: 'a push configuration with an id', actual: value },
  });
}

function guarded(urls: readonly string[]): string {
  return `the target refuses a webhook at ${urls.map((url) => new URL(url).host).join(' and at ')}: where that is a guard (13.2), --webhook-listen and --webhook-url say where it may call`;
}

/** What a webhook call tells; undefined where it is no StreamResponse that could be read. */
export function told({ json }: WebhookCall): EventView | undefined {
  const event = eventView(json);
  return event.kind === 'unreadable' ? undefined : event;
}

/** The task that an event is about. */
export function taskOf(event: EventView | undefined): string | undefined {
  if (event?.kind === 'task') return event.id;
  if (event?.kind === 'status' || event?.kind === 'artifact') return event.taskId;
  return event?.kind === 'message' ? event.message.taskId : undefined;
}

/** It tells that this task has ended. */
export const tellsEndOf =
  (id: string) =>
  (call: WebhookCall): boolean => {
    const event = told(call);
    return event !== undefined && taskOf(event) === id && TERMINAL.has(stateOf(event) ?? '');
  };

/** The configurations in a list; ProtoJSON leaves an empty one out. */
export function configsIn({ value }: Reply): Record<string, unknown>[] | undefined {
  const { result } = value;
  if (!isRecord(result)) return undefined;
  const { configs = [] } = result;
  return Array.isArray(configs) && configs.every(isRecord) ? configs : undefined;
}
