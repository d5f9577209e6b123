import { setTimeout } from 'node:timers/promises';
import { responses, responsesQuirk } from './responses-quirk.ts';

export const chainQuirks = [
  responsesQuirk('responses.chain.forgets-everything', {
    breaks: 'RESP-PREV-001',
    make: (impl, hit) => ({
      truncated(ctx, request, past, input) {
        const whole = impl.truncated(ctx, request, past, input);
        return request.previous_response_id == null ? whole : hit(whole.slice(0, 0));
      },
    }),
  }),
  responsesQuirk('responses.chain.passes-over-every-id', {
    breaks: 'RESP-PREV-001',
    make: (_impl, hit) => ({ chainTo: async () => hit([]) }),
  }),
  responsesQuirk('responses.chain.forgets-what-was-asked', {
    breaks: 'RESP-PREV-001',
    make: (impl, hit) => ({
      turnItems: (ctx, fold) => hit(impl.turnItems(ctx, fold).filter((item) => fold.output.includes(item))),
    }),
  }),
  responsesQuirk('responses.chain.forgets-what-was-answered', {
    breaks: 'RESP-PREV-001',
    make: (_impl, hit) => ({ turnItems: (_ctx, { start }) => hit(start.input) }),
  }),
  responsesQuirk('responses.chain.answers-come-first', {
    breaks: 'RESP-PREV-002',
    make: (_impl, hit) => ({ turnItems: (_ctx, { start, output }) => hit([...output, ...start.input]) }),
  }),
  responsesQuirk('responses.chain.unknown-is-a-beginning', {
    breaks: 'RESP-PREV-004',
    make: (impl, hit) => ({ chainTo: (ctx, call, id) => impl.chainTo(ctx, call, id).catch(() => hit([])) }),
  }),
  responsesQuirk('responses.chain.does-not-say-from-where', {
    breaks: 'RESP-PREV-005',
    make: (impl, hit) =>
      responses(impl, (response) =>
        response.previous_response_id == null ? response : hit({ ...response, previous_response_id: null }),
      ),
  }),
  responsesQuirk('responses.chain.leaves-out-what-must-stay', {
    breaks: 'RESP-TRUNC-002',
    make: (impl, hit) => ({
      truncated(ctx, request, past, input) {
        const whole = impl.truncated(ctx, request, past, input);
        return whole.length > 1 && request.truncation === 'disabled' ? hit(whole.slice(1)) : whole;
      },
    }),
  }),
  responsesQuirk('responses.chain.has-no-window', {
    breaks: 'RESP-TRUNC-003',
    make: (impl, hit) => ({
      truncated(ctx, request, past, input) {
        try {
          return impl.truncated(ctx, request, past, input);
        } catch {
          return hit([]);
        }
      },
    }),
  }),
];

export const toolQuirks = [
  responsesQuirk('responses.tool.none-is-owed', {
    breaks: 'RESP-TOOL-001',
    make: (impl, hit) => ({
      allowanceOf(ctx, request) {
        const allowance = impl.allowanceOf(ctx, request);
        return request.tool_choice === 'required' ? hit({ ...allowance, owed: false }) : allowance;
      },
    }),
  }),
  responsesQuirk('responses.tool.none-means-any', {
    breaks: 'RESP-TOOL-002',
    make: (impl, hit) => ({
      allowanceOf: (ctx, request) =>
        request.tool_choice === 'none' ? hit({ owed: false }) : impl.allowanceOf(ctx, request),
    }),
  }),
  responsesQuirk('responses.tool.named-is-not-called', {
    breaks: 'RESP-TOOL-003',
    make: (impl, hit) => ({
      allowanceOf(ctx, request) {
        const { tool_choice: choice } = request;
        return typeof choice === 'object' && choice.type === 'function'
          ? hit({ owed: false })
          : impl.allowanceOf(ctx, request);
      },
    }),
  }),
  responsesQuirk('responses.tool.none-by-default', {
    breaks: 'RESP-TOOL-004',
    make: (impl, hit) =>
      responses(impl, (response) =>
        response.tool_choice === 'auto' ? hit({ ...response, tool_choice: 'none' }) : response,
      ),
  }),
  responsesQuirk('responses.tool.allowed-tools-are-a-hint', {
    breaks: 'RESP-TOOL-005',
    make: (impl, hit) => ({
      allowanceOf(ctx, request) {
        const { tool_choice: choice } = request;
        return typeof choice === 'object' && choice.type === 'allowed_tools'
          ? hit({ owed: false })
          : impl.allowanceOf(ctx, request);
      },
    }),
  }),
  responsesQuirk('responses.tool.arguments-are-no-json', {
    breaks: 'RESP-TOOL-008',
    also: [{ id: 'OAI-CHAT-008', why: 'chat completions tell of the same call' }],
    make: (impl, hit) => ({
      functionCall(ctx, fold, call) {
        const made = impl.functionCall(ctx, fold, call);
        const item = fold.output.at(-1);
        if (item?.type !== 'function_call') return made;
        const text = item.arguments.replaceAll('"', "'");
        fold.output[fold.output.length - 1] = { ...item, arguments: text };
        return hit(
          made.map((event) => {
            if (event.type === 'response.function_call_arguments.delta')
              return { ...event, delta: String(event.delta).replaceAll('"', "'") };
            if (event.type === 'response.function_call_arguments.done') return { ...event, arguments: text };
            return event.type === 'response.output_item.done'
              ? { ...event, item: { ...item, arguments: text } }
              : event;
          }),
        );
      },
    }),
  }),
  responsesQuirk('responses.tool.calls-share-an-id', {
    breaks: 'RESP-TOOL-008',
    also: [{ id: 'OAI-CHAT-003', why: 'chat completions have the same calls, whose outputs cannot be told apart' }],
    make: (impl, hit) => ({
      functionCall: (ctx, fold, call) => hit(impl.functionCall(ctx, fold, { ...call, id: 'call' })),
    }),
  }),
  responsesQuirk('responses.tool.output-is-passed-over', {
    breaks: 'RESP-TOOL-009',
    also: [{ id: 'OAI-CHAT-003', why: 'chat completions pass it over, too' }],
    make: (impl, hit) => ({
      newItems(ctx, past, items) {
        const all = impl.newItems(ctx, past, items);
        const rest = all.filter(({ type }) => type !== 'function_call_output');
        return rest.length < all.length ? hit(rest) : all;
      },
    }),
  }),
  responsesQuirk('responses.tool.allowed-tools-are-all-that-is-told', {
    breaks: 'RESP-TOOL-010',
    make: (impl, hit) =>
      responses(impl, (response) => {
        const choice = response.tool_choice;
        if (typeof choice !== 'object' || choice.type !== 'allowed_tools') return response;
        const names = new Set(choice.tools.map(({ name }) => name));
        return hit({ ...response, tools: response.tools.filter((tool) => 'name' in tool && names.has(tool.name)) });
      }),
  }),
];

export const socketQuirks = [
  responsesQuirk('responses.socket.makes-nothing', {
    breaks: 'RESP-WS-004',
    make: (_impl, hit) => ({ answerFrame: async () => hit() }),
  }),
  responsesQuirk('responses.socket.wraps-events', {
    breaks: 'RESP-WS-005',
    make: (impl, hit) => ({ socketText: (ctx, event) => hit(impl.socketText(ctx, { event })) }),
  }),
  responsesQuirk('responses.socket.answers-side-by-side', {
    breaks: 'RESP-WS-008',
    make: (impl, hit) => ({
      async answerFrame(ctx, socket, text) {
        hit();
        void impl.answerFrame(ctx, socket, text).catch(ctx.report);
      },
    }),
  }),
  responsesQuirk('responses.socket.newest-first', {
    breaks: 'RESP-WS-007',
    make(impl, hit) {
      const waiting = new WeakMap<object, string[]>();
      return {
        async answerFrame(ctx, socket, text) {
          const held = waiting.get(socket);
          if (held) return void held.push(text);
          const own = [text];
          waiting.set(socket, own);
          const answerAll = async () => {
            // What was sent together has come by then.
            await setTimeout(20);
            while (own.length > 0) {
              const next = own.pop()!;
              await impl.answerFrame(ctx, socket, own.length > 0 ? hit(next) : next);
            }
            waiting.delete(socket);
          };
          void answerAll().catch(ctx.report);
        },
      };
    },
  }),
  responsesQuirk('responses.socket.remembers-nothing', {
    breaks: 'RESP-WS-011',
    make: (impl, hit) => ({
      mayContinue: (ctx, call, run, fold) =>
        impl.mayContinue(ctx, hit({ ...call, remembered: new Set<string>() }), run, fold),
    }),
  }),
  responsesQuirk('responses.socket.continues-what-is-not-stored', {
    breaks: 'RESP-WS-013',
    make: (_impl, hit) => ({ mayContinue: async () => hit(true) }),
  }),
  responsesQuirk('responses.socket.forgets-nothing', {
    breaks: 'RESP-WS-015',
    make: (impl, hit) => ({
      async answerFrame(ctx, socket, text) {
        const before = [...socket.remembered];
        await impl.answerFrame(ctx, socket, text);
        for (const id of before) if (!socket.remembered.has(id)) hit(socket.remembered.add(id));
      },
    }),
  }),
  responsesQuirk('responses.socket.ends-without-a-word', {
    breaks: 'RESP-WS-016',
    make: (_impl, hit) => ({ expireSocket: (_ctx, { channel }) => hit(void channel.close(1000, 'time is up')) }),
  }),
  responsesQuirk('responses.socket.errors-are-those-of-http', {
    breaks: 'RESP-WS-018',
    make: (impl, hit) => ({
      errorFrame(ctx, error) {
        const { type: _, status: __, ...rest } = impl.errorFrame(ctx, error) as { type: string; status: number };
        return hit(rest);
      },
    }),
  }),
  responsesQuirk('responses.socket.errors-have-no-code', {
    breaks: 'RESP-WS-018',
    make: (impl, hit) => ({
      errorFrame(ctx, error) {
        const frame = impl.errorFrame(ctx, error) as { error: object };
        return hit({ ...frame, error: { ...frame.error, code: undefined } });
      },
    }),
  }),
];
