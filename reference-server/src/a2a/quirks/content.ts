import type { Part } from '@agentproto/protocol/a2a/1.0';
import type { Hit } from '../../quirk.ts';
import { HttpError } from '../../http-error.ts';
import { A2AError, internalError, invalidParams } from '../a2a-error.ts';
import type { A2AContext } from '../context.ts';
import { a2aQuirk, tasks } from './a2a-quirk.ts';

/** What messages carry, and what is asked for with them. */

/** The context of a server that looks at no media type. */
const blind = (ctx: A2AContext, hit: Hit): A2AContext => ({
  ...ctx,
  impl: {
    ...ctx.impl,
    checkInputModes(inner, parts) {
      try {
        ctx.impl.checkInputModes(inner, parts);
      } catch {
        hit();
      }
    },
  },
});

const inAscii = (part: Part): Part =>
  part.text === undefined ? part : { ...part, text: part.text.replaceAll(/[^\x20-\x7e]/g, '?') };

export const contentQuirks = [
  a2aQuirk('a2a.send.takes-any-type', {
    breaks: 'A2A10-SEND-003',
    make: (impl, hit) => ({ SendMessage: (ctx, ...rest) => impl.SendMessage(blind(ctx, hit), ...rest) }),
  }),
  a2aQuirk('a2a.stream.takes-any-type', {
    breaks: 'A2A10-STREAM-015',
    make: (impl, hit) => ({
      SendStreamingMessage: (ctx, ...rest) => impl.SendStreamingMessage(blind(ctx, hit), ...rest),
    }),
  }),
  a2aQuirk('a2a.send.output-in-any-type', {
    breaks: 'A2A10-SEND-014',
    make: (_impl, hit) => ({ acceptedParts: (_ctx, parts) => hit([...parts]) }),
  }),
  a2aQuirk('a2a.send.webhook-only-when-not-waited-for', {
    breaks: 'A2A10-SEND-013',
    make: (impl, hit) => ({
      beginTurn(ctx, call, request) {
        const { taskPushNotificationConfig, returnImmediately, ...rest } = request.configuration ?? {};
        if (!taskPushNotificationConfig || returnImmediately) return impl.beginTurn(ctx, call, request);
        return impl.beginTurn(ctx, call, hit({ ...request, configuration: rest }));
      },
    }),
  }),
  a2aQuirk('a2a.send.knows-message-ids', {
    breaks: 'A2A10-SEND-015',
    make(impl, hit) {
      const seen = new Set<string>();
      return {
        beginTurn(ctx, call, request) {
          const { messageId } = request.message;
          if (seen.has(messageId))
            throw hit(invalidParams([{ field: 'message.messageId', description: 'message.messageId: came before' }]));
          seen.add(messageId);
          return impl.beginTurn(ctx, call, request);
        },
      };
    },
  }),
  a2aQuirk('a2a.send.working-task-is-bad-input', {
    breaks: 'A2A10-SEND-018',
    make: (impl, hit) => ({
      checkFollowUp(ctx, run, message) {
        if (run.state === 'working')
          throw hit(invalidParams([{ field: 'message.taskId', description: 'message.taskId: the task is at work' }]));
        impl.checkFollowUp(ctx, run, message);
      },
    }),
  }),
  a2aQuirk('a2a.send.references-must-exist', {
    breaks: 'A2A10-SEND-020',
    make: (impl, hit) => ({
      async beginTurn(ctx, call, request) {
        for (const id of request.message.referenceTaskIds ?? [])
          await impl.findTask(ctx, call, id).catch((error: unknown) => {
            throw hit(error);
          });
        return impl.beginTurn(ctx, call, request);
      },
    }),
  }),
  a2aQuirk('a2a.model.no-null-data', {
    breaks: 'A2A10-DM-010',
    make: (impl, hit) => ({
      validate(ctx, name, value, binding) {
        const { parts } = (value as { message?: { parts?: unknown } }).message ?? {};
        const isEmpty = Array.isArray(parts) && parts.some((part: { data?: unknown } | null) => part?.data === null);
        const violations = impl.validate(ctx, name, value, binding);
        if (!isEmpty) return violations;
        const field = 'message.parts';
        return hit([
          ...violations,
          {
            pointer: '/message/parts',
            field,
            expected: 'data',
            got: 'null',
            message: `${field}: expected data, got null`,
          },
        ]);
      },
    }),
  }),
  a2aQuirk('a2a.model.data-as-text', {
    breaks: 'A2A10-DM-010',
    make: (impl, hit) =>
      tasks(impl, (task) => ({
        ...task,
        ...(task.history && {
          history: task.history.map((message) => ({
            ...message,
            parts: message.parts.map((part) =>
              typeof part.data === 'number' ? hit({ ...part, data: String(part.data) }) : part,
            ),
          })),
        }),
      })),
  }),
  a2aQuirk('a2a.model.ascii-only', {
    breaks: 'A2A10-DM-015',
    make: (impl, hit) =>
      tasks(impl, (task) => ({
        ...task,
        ...(task.history && {
          history: task.history.map((message) => ({ ...message, parts: hit(message.parts.map(inAscii)) })),
        }),
      })),
  }),
  a2aQuirk('a2a.error.crash-is-bad-input', {
    breaks: 'A2A10-ERR-010',
    make: (impl, hit) => ({
      async SendMessage(ctx, call, request) {
        const isMeant = JSON.stringify(request.message.parts).includes('{"throw":');
        try {
          const answer = await impl.SendMessage(ctx, call, request);
          if (!isMeant || answer.task?.status.state !== 'TASK_STATE_FAILED') return answer;
        } catch (error) {
          if (!isMeant || !(error instanceof A2AError) || error.error !== 'InternalError') throw error;
        }
        throw hit(invalidParams([{ field: 'message', description: 'message: the agent does not like it' }]));
      },
    }),
  }),
  a2aQuirk('a2a.error.large-body-crashes', {
    breaks: 'A2A10-LIM-001',
    make: (impl, hit) => ({
      told(ctx, error) {
        const told = impl.told(ctx, error);
        return told instanceof HttpError && told.code === 'BODY_TOO_LARGE' ? hit(internalError()) : told;
      },
    }),
  }),
  a2aQuirk('a2a.error.types-of-its-own', {
    breaks: 'A2A10-ERR-003',
    make: (impl, hit) => ({
      errorDetails(ctx, error) {
        const details = impl.errorDetails(ctx, error);
        const isOfRpc = error.error === 'JSONParseError' || error.error === 'InvalidRequestError';
        return isOfRpc ? hit(details.map((detail) => ({ ...detail, '@type': 'type.example.com/Reason' }))) : details;
      },
    }),
  }),
];
