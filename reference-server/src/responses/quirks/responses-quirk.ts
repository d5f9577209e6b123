import type { AnyStreamEvent, ItemField, ResponseResource } from '@agentproto/protocol/responses/openai';
import type { Answer, StreamAnswer } from '../../answer.ts';
import { quirk } from '../../quirk.ts';
import type { Call, HttpRequest, Operation, StreamItem } from '../call.ts';
import type { ResponsesContext, ResponsesImpl } from '../context.ts';

/** A quirk of responses: `breaks` is the rule that falls, `make` the functions that make it fall. */
export const responsesQuirk = quirk<ResponsesImpl>;

export type Change = (event: AnyStreamEvent) => AnyStreamEvent[];

/** What is written in the place of an event, whatever the types say of it. */
export const odd = (event: object): AnyStreamEvent => event as AnyStreamEvent;

/** An event with other members; undefined takes one away. */
export const but = (event: object, members: object): AnyStreamEvent => odd({ ...event, ...members });

type Shown = Pick<ResponsesImpl, 'shownEvents' | 'operations'>;

/**
 * What streams show, changed event by event, with a memory of its own for each stream; `[]` drops one. A stream that goes on
 * after an event is the end of the whole one, changed: the numbers that a client knows are those that it was shown.
 */
export function shown(impl: ResponsesImpl, changeOf: () => Change): Shown {
  const resumed = new WeakMap<Call, number>();
  return {
    ...operation(impl, 'retrieveResponse', (ctx, call, request, own) => {
      const after = request.query.get('starting_after');
      if (after === null || !/^\d+$/.test(after) || !request.query.has('stream')) return own(ctx, call, request);
      const query = new URLSearchParams(request.query);
      query.delete('starting_after');
      resumed.set(call, Number(after));
      return own(ctx, call, { ...request, query });
    }),
    async *shownEvents(ctx, call, items) {
      const change = changeOf();
      const after = resumed.get(call);
      let number = -1;
      for await (const item of impl.shownEvents(ctx, call, items)) {
        if ('fault' in item) {
          yield item;
          continue;
        }
        for (const event of change(item.event)) {
          number = 'sequence_number' in event ? Number(event.sequence_number) : number;
          if (after === undefined || !(number <= after)) yield { event };
        }
      }
    },
  };
}

/** The same where every event is looked at by itself. */
export const events = (impl: ResponsesImpl, change: Change): Shown => shown(impl, () => change);

/** Events of one type, changed. */
export const ofType = (impl: ResponsesImpl, type: string, change: Change): Shown =>
  events(impl, (event) => (event.type === type ? change(event) : [event]));

/** The numbers of a stream, made anew, so that what was put in or taken out leaves no trace in them. */
export function renumbered(impl: ResponsesImpl, changeOf: () => Change): Shown {
  return shown(impl, () => {
    const change = changeOf();
    let next = 0;
    return (event) =>
      change(event).map((one) => ('sequence_number' in one ? but(one, { sequence_number: next++ }) : one));
  });
}

/** Events of one kind wait until one of another kind, whose name ends so, has passed. */
export function swapped(impl: ResponsesImpl, early: string, late: string, hit: <T>(value: T) => T): Shown {
  return renumbered(impl, () => {
    const held: AnyStreamEvent[] = [];
    return (event) => {
      if (event.type === early) {
        held.push(event);
        return [];
      }
      return event.type.endsWith(late) && held.length > 0 ? hit([event, ...held.splice(0)]) : [event];
    };
  });
}

/** Every response, in events and in one piece, changed. */
export const responses = (
  impl: ResponsesImpl,
  change: (response: ResponseResource) => object,
): Pick<ResponsesImpl, 'response'> => ({
  response: (ctx, fold) => change(impl.response(ctx, fold)) as ResponseResource,
});

/** Every response that has ended. */
export const endedResponses = (
  impl: ResponsesImpl,
  change: (response: ResponseResource) => object,
): Pick<ResponsesImpl, 'response'> => ({
  response(ctx, fold) {
    const response = impl.response(ctx, fold);
    return (fold.over ? change(response) : response) as ResponseResource;
  },
});

type Handler = (ctx: ResponsesContext, call: Call, request: HttpRequest) => Promise<Answer | StreamAnswer>;

/** One operation, in other hands. */
export function operation(
  impl: ResponsesImpl,
  name: Operation,
  other: (ctx: ResponsesContext, call: Call, request: HttpRequest, own: Handler) => Promise<Answer | StreamAnswer>,
): Pick<ResponsesImpl, 'operations'> {
  const own = impl.operations[name];
  if (!own) return { operations: impl.operations };
  return {
    operations: {
      ...impl.operations,
      [name]: (ctx: ResponsesContext, call: Call, request: HttpRequest) => other(ctx, call, request, own),
    },
  };
}

/** The JSON that an operation answers with, changed where it is no error. */
export const answers = (
  impl: ResponsesImpl,
  name: Operation,
  change: (value: never) => unknown,
): Pick<ResponsesImpl, 'operations'> =>
  operation(impl, name, async (ctx, call, request, own) => {
    const answer = await own(ctx, call, request);
    return 'body' in answer && answer.status === 200
      ? { ...answer, body: JSON.stringify(change(JSON.parse(answer.body) as never)) }
      : answer;
  });

/** Items of one type, in events and in responses, changed. */
export const isDelta = (event: AnyStreamEvent): boolean => event.type.endsWith('.delta');
export const itemIn = (event: AnyStreamEvent): ItemField | undefined =>
  ('item' in event && (event.item as ItemField | null)) || undefined;
export type Items = AsyncIterable<StreamItem>;
