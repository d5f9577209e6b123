import type { ChatContext, ChatImpl } from '../context.ts';
import { jobAnswer } from '../jobs.ts';
import { lines } from '../ndjson.ts';
import { chatQuirk } from './chat-quirk.ts';

/** A request as the router should not see it. */
const asked = (
  impl: ChatImpl,
  hit: <T>(value: T) => T,
  change: (request: Parameters<ChatImpl['isSilenced']>[2]) => Parameters<ChatImpl['isSilenced']>[2],
): Pick<ChatImpl, 'isSilenced'> => ({
  isSilenced: (ctx, call, request) =>
    ctx.settings.route ? impl.isSilenced(ctx, call, hit(change(request))) : impl.isSilenced(ctx, call, request),
});

export const routeQuirks = [
  chatQuirk('chat.route.excuses-itself', {
    breaks: 'CHAT-ROUTE-001',
    make: (impl, hit) => ({
      silentAnswer: (ctx) =>
        hit({ ...impl.silentAnswer(ctx), body: '{"role":"assistant","content":"This is not for me."}' }),
    }),
  }),
  chatQuirk('chat.route.silence-has-a-text', {
    breaks: 'CHAT-ROUTE-002',
    make: (impl, hit) => ({
      silentLines(ctx, call) {
        async function* both() {
          yield { event: { type: 'text_delta' as const, text: '' } };
          yield { event: impl.silentEvent(ctx, call.binding) };
        }
        return hit(lines(ctx, call, both()));
      },
    }),
  }),
  chatQuirk('chat.route.silence-hangs-up', {
    breaks: 'CHAT-ROUTE-003',
    make: (impl, hit) => ({
      async silentFrame(ctx, socket) {
        await impl.silentFrame(ctx, socket);
        await hit(socket.channel.close(1000));
      },
    }),
  }),
  chatQuirk('chat.route.always-silent', {
    breaks: 'CHAT-ROUTE-004',
    make: (impl, hit) => ({
      isSilenced: (ctx, call, request) =>
        ctx.settings.route && request.source === 'slack' ? hit(true) : impl.isSilenced(ctx, call, request),
    }),
  }),
  chatQuirk('chat.route.asks-about-everything', {
    breaks: 'CHAT-ROUTE-005',
    make: (impl, hit) => asked(impl, hit, (request) => ({ ...request, source: 'slack' })),
  }),
  chatQuirk('chat.route.sees-the-last-message', {
    breaks: 'CHAT-ROUTE-007',
    make: (impl, hit) => asked(impl, hit, (request) => ({ ...request, messages: request.messages.slice(-1) })),
  }),
  chatQuirk('chat.route.old-paths-are-loud', {
    breaks: 'CHAT-ROUTE-008',
    make: (impl, hit) => ({
      isSilenced: (ctx, call, request) => (call.legacy ? hit(false) : impl.isSilenced(ctx, call, request)),
    }),
  }),
];

async function* noEvents(): AsyncGenerator<never> {}

export const queueQuirks = [
  chatQuirk('chat.queue.job-is-accepted', {
    breaks: 'CHAT-QUEUE-001',
    make: (_impl, hit) => ({ jobAccepted: (_ctx, id) => hit({ job_id: id, status: 'accepted' }) }),
  }),
  chatQuirk('chat.queue.stays-open-after-the-end', {
    breaks: 'CHAT-QUEUE-002',
    make: (impl, hit) => ({
      async *jobEvents(ctx, run, first, signal) {
        yield* impl.jobEvents(ctx, run, first, signal);
        if (!signal.aborted)
          await hit(new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true })));
      },
    }),
  }),
  chatQuirk('chat.queue.knows-every-job', {
    breaks: 'CHAT-QUEUE-003',
    make: (_impl, hit) => ({
      noSuchJob: (ctx, request) => jobAnswer(ctx, request, hit(noEvents())),
    }),
  }),
  chatQuirk('chat.queue.resumes-too-late', {
    breaks: 'CHAT-QUEUE-004',
    make: (impl, hit) => ({
      firstSeq(ctx, request) {
        const first = impl.firstSeq(ctx, request);
        return first === 0 ? first : hit(first + 1);
      },
    }),
  }),
];

export const agentQuirks = [
  chatQuirk('chat.a2a.card-without-skills', {
    breaks: 'CHAT-A2A-001',
    make: (impl, hit) => ({
      agentCard(ctx) {
        const answer = impl.agentCard(ctx);
        const { skills: _left, ...card } = JSON.parse(answer.body) as Record<string, unknown>;
        return hit({ ...answer, body: JSON.stringify(card) });
      },
    }),
  }),
  chatQuirk('chat.a2a.renames-tasks', {
    breaks: 'CHAT-A2A-002',
    make: (impl, hit) => ({
      doTask: async (ctx, call, task) => hit({ ...(await impl.doTask(ctx, call, task)), task_id: `task-${task.id}` }),
      // What is asked about later keeps its name.
      getTask(ctx, owner, request) {
        const answer = impl.getTask(ctx, owner, request);
        return { ...answer, body: answer.body.replace('"task_id":"task-', '"task_id":"') };
      },
    }),
  }),
  chatQuirk('chat.a2a.forgets-tasks', {
    breaks: 'CHAT-A2A-003',
    make: (impl, hit) => ({
      getTask: (ctx, owner, request) => impl.getTask(ctx, owner, hit({ ...request, params: { task_id: '' } })),
    }),
  }),
  chatQuirk('chat.mcp.has-no-chat', {
    breaks: 'CHAT-MCP-001',
    make: (impl, hit) => ({ mcpTools: (ctx) => hit(impl.mcpTools(ctx).filter(({ name }) => name !== 'chat')) }),
  }),
];

/** Where pings come so seldom that nobody waits for one, what is wrong with them does not show. */
const isFast = ({ settings: { pingMs } }: ChatContext) => pingMs !== null && pingMs < 1_000;

export const pingQuirks = [
  chatQuirk('chat.socket.never-pings', {
    breaks: 'CHAT-WS-009',
    make: (impl, hit) => ({
      keepAlive: (ctx, socket) => (isFast(ctx) ? hit(() => {}) : impl.keepAlive(ctx, socket)),
    }),
  }),
  chatQuirk('chat.socket.waits-for-no-pong', {
    breaks: 'CHAT-WS-013',
    make: (impl, hit) => ({
      keepAlive: (ctx, socket) =>
        impl.keepAlive(isFast(ctx) ? hit({ ...ctx, settings: { ...ctx.settings, pongMs: 86_400_000 } }) : ctx, socket),
    }),
  }),
  chatQuirk('chat.socket.pings-all-the-same', {
    breaks: 'CHAT-WS-014',
    make: (impl, hit) => ({
      keepAlive: (ctx, socket) =>
        ctx.settings.pingMs === null
          ? impl.keepAlive(hit({ ...ctx, settings: { ...ctx.settings, pingMs: 20 } }), socket)
          : impl.keepAlive(ctx, socket),
    }),
  }),
];
