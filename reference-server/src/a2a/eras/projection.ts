import { EXTENSIONS_HEADER, JSON_MEDIA_TYPE, METHODS } from '@agentproto/protocol/a2a/1.0';
import type { MethodName, StreamResponse } from '@agentproto/protocol/a2a/1.0';
import { endsTurn } from '../../store/run-event.ts';
import { A2AError, invalidParams } from '../a2a-error.ts';
import type { RequestOf } from '../call.ts';
import type { A2AContext, A2AImpl } from '../context.ts';
import { walk } from '../follow.ts';
import { HttpError } from '../../http-error.ts';
import { routeAt, matchPath } from '../rest.ts';
import { logAt } from '../task-log.ts';
import type { Binding, Era, Form } from './era.ts';

/** The record of an earlier revision: that of 1.0, with other words at its edge. */
export function withEra(era: Era, impl: A2AImpl): A2AImpl {
  const projected = { ...impl, ...projection(era, impl) };
  return { ...projected, ...era.differences?.(projected) };
}

function projection(era: Era, impl: A2AImpl): Partial<A2AImpl> {
  const extensionsHeader = era.extensionsHeader;
  return {
    // Requests
    operationOf: (_ctx, binding, name) => {
      const methods = formOf(era, binding).methods;
      return Object.hasOwn(methods, name) ? methods[name] : undefined;
    },
    matchRoute: (_ctx, verb, path) => routeAt(matchPath(era.forms['HTTP+JSON']?.routes ?? [], path, {}), verb, path),
    readParams: <Method extends MethodName>(
      ctx: A2AContext,
      method: Method,
      given: unknown,
      binding: Binding = 'JSONRPC',
    ) => {
      const params = ctx.impl.normalizeParams(ctx, given);
      const violations = ctx.impl.validate(ctx, METHODS[method].request, params, binding);
      if (violations.length > 0)
        throw invalidParams(violations.map(({ field, message }) => ({ field, description: message })));
      const up = formOf(era, binding).up[method];
      return (up ? up(params as never, ctx) : params) as RequestOf<Method>;
    },
    validate(_ctx, name, value, binding = 'JSONRPC') {
      const message = formOf(era, binding).requests[name];
      return message === undefined ? [] : era.rules.loaded.validate(message as never, value);
    },
    // It is said where it is spoken.
    checkVersion: () => {},
    readExtensions: (ctx, headers) =>
      extensionsHeader === undefined
        ? []
        : impl.readExtensions(ctx, { [EXTENSIONS_HEADER.toLowerCase()]: headers[extensionsHeader.toLowerCase()] }),
    activateExtensions(ctx, asked) {
      if (extensionsHeader === undefined) return [];
      try {
        return impl.activateExtensions(ctx, asked);
      } catch (error) {
        if (!(error instanceof A2AError)) throw error;
        throw new A2AError(error.error, error.message.replace(EXTENSIONS_HEADER, extensionsHeader), error.details);
      }
    },
    extensionHeaders: (ctx, activated) => {
      const { [EXTENSIONS_HEADER]: uris } = impl.extensionHeaders(ctx, activated);
      return uris === undefined || extensionsHeader === undefined ? {} : { [extensionsHeader]: uris };
    },
    // Results
    writeResult(ctx, binding, method, result) {
      const down = formOf(era, binding).down[method as MethodName];
      if (down) return down(result as never, ctx);
      if (method !== 'GetExtendedAgentCard') return result;
      return (binding === 'HTTP+JSON' && era.protoCard ? era.protoCard : era.card)(ctx, result as never);
    },
    writeEvent: (ctx, binding, event) => formOf(era, binding).event(event, ctx) as StreamResponse,
    restHeaders: () => ({ 'content-type': JSON_MEDIA_TYPE }),
    // The way that errors are written there is not told: as JSON-RPC writes them.
    writeRestError: (ctx, body, error) =>
      error instanceof A2AError
        ? ctx.impl.rpcErrorObject(ctx, error)
        : { code: httpCode(era, error), message: body.error.message, data: body.error.details },
    errorRow: (_ctx, name) => era.errors[name],
    // The card
    signCard: async (_ctx, card) => card,
    writeCard: (ctx, card) => era.card(ctx, card),
    // A webhook may be asked for without its id, where a task has one (§7.6.1 of 0.3).
    async GetTaskPushNotificationConfig(ctx, call, request) {
      if (request.id !== '') return impl.GetTaskPushNotificationConfig(ctx, call, request);
      const [first] = await ctx.impl.pushConfigs(ctx, await ctx.impl.findTask(ctx, call, request.taskId));
      return first ?? impl.GetTaskPushNotificationConfig(ctx, call, request);
    },
    // A webhook is told the task as it then is, when its status changes (§9.5 of 0.3, in its sample).
    async *pushEvents(ctx, run, after, signal) {
      const past = await logAt(ctx, run, after);
      let { open } = run;
      if (!past) return;
      for await (const { entry, frames, fold } of walk(ctx, run, past, signal)) {
        const { event } = entry;
        open ||= event.type === 'open';
        if (open && (event.type === 'open' || frames.some(({ statusUpdate }) => statusUpdate)))
          yield { task: ctx.impl.taskView(ctx, fold) };
        if (endsTurn(event)) return;
      }
    },
    pushBody: (ctx, event) => JSON.stringify(formOf(era, 'JSONRPC').down.GetTask?.(event.task as never, ctx)),
    pushHeaders: (ctx, config) => ({ ...impl.pushHeaders(ctx, config), 'content-type': JSON_MEDIA_TYPE }),
  };
}

function formOf({ forms }: Era, binding: Binding): Form {
  const form = forms[binding] ?? forms.JSONRPC;
  if (!form) throw new HttpError('NOT_FOUND', `${binding} is not served here.`);
  return form;
}

/** HTTP's own faults by the codes that JSON-RPC has for them. */
const httpCode = ({ errors }: Era, { statusCode }: HttpError): number =>
  statusCode >= 500
    ? errors.InternalError.code
    : statusCode === 404 || statusCode === 405
      ? errors.MethodNotFoundError.code
      : errors.InvalidRequestError.code;
