import type { ToolResult } from '@agentproto/script';
import { chatQuirk } from './chat-quirk.ts';

export const approvalQuirks = [
  chatQuirk('chat.approval.runs-before-it-asks', {
    breaks: 'CHAT-APPR-001',
    make: (impl, hit) => ({
      asking(ctx, event) {
        const asked = impl.asking(ctx, event);
        if (event.by !== 'approval') return asked;
        const results = event.calls.map(({ id, name, args }): ToolResult => ({
          id,
          name,
          args,
          output: 'Done already.',
        }));
        return hit([
          ...impl.executed(ctx, { message: { role: 'user' }, decisions: [], context: {} }, results),
          ...asked,
        ]);
      },
    }),
  }),
  chatQuirk('chat.approval.result-of-another-call', {
    breaks: 'CHAT-APPR-002',
    make: (impl, hit) => ({
      executed(ctx, turn, results) {
        const [only] = turn.decisions;
        const isOne =
          turn.decisions.length === 1 && only?.approved === true && (turn.message.data?.tool_calls?.length ?? 0) > 0;
        const found = impl.executed(ctx, turn, results);
        if (!isOne) return found;
        return found.map((event) =>
          event.type === 'executed_tool_calls'
            ? hit({
                ...event,
                executed_tool_calls: event.executed_tool_calls.map((one) => ({ ...one, id: `${one.id}-other` })),
              })
            : event,
        );
      },
    }),
  }),
  chatQuirk('chat.approval.rejects-without-the-reason', {
    breaks: 'CHAT-APPR-004',
    make: (impl, hit) => ({
      output: (ctx, result, decision) =>
        result.rejected && decision?.carrier === 'tool_calls'
          ? hit('Tool rejected')
          : impl.output(ctx, result, decision),
    }),
  }),
  chatQuirk('chat.approval.one-form-only', {
    breaks: 'CHAT-APPR-005',
    make: (impl, hit) => ({
      decisionsIn(ctx, message) {
        const all = impl.decisionsIn(ctx, message);
        const rest = all.filter(({ carrier }) => carrier !== 'approvals');
        return rest.length < all.length ? hit(rest) : all;
      },
    }),
  }),
  chatQuirk('chat.approval.silence-is-consent', {
    breaks: 'CHAT-APPR-006',
    make: (impl, hit) => ({
      decisionsIn(ctx, message) {
        const calls = message.data?.tool_calls ?? [];
        const open =
          message.role === 'user' && calls.some(({ execute, rejection_reason: reason }) => !execute && !reason);
        if (!open) return impl.decisionsIn(ctx, message);
        const decided = calls.map((call) => (call.rejection_reason ? call : { ...call, execute: true }));
        return hit(impl.decisionsIn(ctx, { ...message, data: { ...message.data, tool_calls: decided } }));
      },
    }),
  }),
];
