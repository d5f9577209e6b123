import type { Answer, StreamAnswer } from '../../answer.ts';
import { quirk } from '../../quirk.ts';
import type { Call, HttpRequest, Operation } from '../call.ts';
import type { Handler, OpenAgentContext, OpenAgentImpl } from '../context.ts';
import type { WireEvent } from '../run-start.ts';

/** A quirk of Open Agent API: `breaks` is the rule that falls, `make` the functions that make it fall. */
export const openAgentQuirk = quirk<OpenAgentImpl>;

export type Change = (event: WireEvent) => WireEvent[];

/** How an event calls itself, in either revision. */
export const nameOf = ({ event, type }: WireEvent): unknown => event ?? type;

/** An event that was put in the place of another one of the same run, as the revision says it. */
export const named = (like: WireEvent, name: string, members: object = {}): WireEvent => ({
  ...like,
  ['event' in like ? 'event' : 'type']: name,
  ...members,
});

/** Runs of which a quirk changes the events. */
type Runs = 'runAgent' | 'runTeam';
const BOTH: readonly Runs[] = ['runAgent', 'runTeam'];

/** What streams show, changed event by event, with a memory of its own for each stream; `[]` drops one. */
export function shown(
  impl: OpenAgentImpl,
  changeOf: () => Change,
  runs: readonly Runs[] = BOTH,
): Pick<OpenAgentImpl, 'shownEvents'> {
  return {
    async *shownEvents(ctx, call, items) {
      const change = changeOf();
      const isChanged = (runs as readonly Operation[]).includes(call.operation);
      for await (const item of impl.shownEvents(ctx, call, items)) {
        if ('fault' in item || !isChanged) yield item;
        else for (const event of change(item.event)) yield { event };
      }
    },
  };
}

/** Events of one name, changed. */
export const ofName = (
  impl: OpenAgentImpl,
  name: string,
  change: Change,
  runs?: readonly Runs[],
): Pick<OpenAgentImpl, 'shownEvents'> =>
  shown(impl, () => (event) => (nameOf(event) === name ? change(event) : [event]), runs);

type Served = Answer | StreamAnswer;

/** One operation, in other hands. */
export function operation(
  impl: OpenAgentImpl,
  name: Operation,
  other: (ctx: OpenAgentContext, call: Call, request: HttpRequest, own: Handler) => Promise<Served>,
): Pick<OpenAgentImpl, 'operations'> {
  const own = impl.operations[name];
  if (!own) return { operations: impl.operations };
  return {
    operations: {
      ...impl.operations,
      [name]: (ctx: OpenAgentContext, call: Call, request: HttpRequest) => other(ctx, call, request, own),
    },
  };
}

/** The JSON that an operation answers with, changed where it is no error. */
export const answers = <Value = Record<string, unknown>>(
  impl: OpenAgentImpl,
  name: Operation,
  change: (value: Value) => unknown,
): Pick<OpenAgentImpl, 'operations'> =>
  operation(impl, name, async (ctx, call, request, own) => {
    const answer = await own(ctx, call, request);
    return 'body' in answer && answer.status < 300
      ? { ...answer, body: JSON.stringify(change(JSON.parse(answer.body) as Value)) }
      : answer;
  });

/** The JSON object that an operation is sent, changed before it is looked at; undefined where it stays as it is. */
export const requests = (
  impl: OpenAgentImpl,
  name: Operation,
  change: (body: Record<string, unknown> | undefined) => object | undefined,
): Pick<OpenAgentImpl, 'operations'> =>
  operation(impl, name, (ctx, call, request, own) => {
    const other = change(objectIn(request.body));
    return own(ctx, call, other ? withBody(request, other) : request);
  });

export function objectIn(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Its signal is asked for late, so that it stays a getter. */
const withBody = (request: HttpRequest, body: object): HttpRequest =>
  Object.create(request, { body: { value: Buffer.from(JSON.stringify(body)) } }) as HttpRequest;
