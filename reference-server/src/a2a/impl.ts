import { acceptedParts, agentEvents, beginTurn, followed, newId, newTaskId } from './turn.ts';
import { checkFollowUp, checkInputModes, checkMessage, checkScript, findTask } from './accept.ts';
import {
  card,
  cardAnswer,
  cardHeaders,
  extendedCard,
  extendedCardHeaders,
  isFresh,
  signCard,
  writeCard,
} from './card.ts';
import { checkBinding, checkContentType, checkTenant, dispatch, operationOf } from './dispatch.ts';
import { directMessage, updates, writeEvent, writeResult } from './encode.ts';
import { errorDetails, errorRow, restErrorBody, rpcErrorObject, told, writeRestError } from './errors.ts';
import { awaitAnswer, currentTask, endsStream, readLastEventId, taskEvents, turnEvents } from './follow.ts';
import { answerRpc, readRpcRequest, rpcError, rpcHeaders, rpcResult } from './json-rpc.ts';
import { ListTasks, readPageToken, taskQuery, writePageToken } from './list-tasks.ts';
import {
  CancelTask,
  checkCancelable,
  checkCapability,
  checkSubscribable,
  GetExtendedAgentCard,
  GetTask,
  SendMessage,
  SendStreamingMessage,
  stopAgent,
  SubscribeToTask,
} from './operations.ts';
import { normalizeParams, readParams, validate } from './params.ts';
import {
  checkWebhook,
  CreateTaskPushNotificationConfig,
  DeleteTaskPushNotificationConfig,
  dropPushConfig,
  feedWebhook,
  feedWebhooks,
  GetTaskPushNotificationConfig,
  keepPushConfig,
  ListTaskPushNotificationConfigs,
  pushConfigs,
  pushBody,
  pushEvents,
  pushHeaders,
} from './push.ts';
import { takeMessage } from './repeat.ts';
import { answerRest, matchRoute, readRestRequest, restEvent, restHeaders, restResult } from './rest.ts';
import {
  activateExtensions,
  authenticate,
  checkVersion,
  extensionHeaders,
  readExtensions,
  readVersion,
} from './service-parameters.ts';
import { chunks, frameText, keepAliveText, streamHeaders } from './sse.ts';
import { advance, recentHistory, taskView, timestamp } from './task-fold.ts';
import type { A2AImpl } from './context.ts';

/** An A2A 1.0 server that keeps to the rules. */
export const standardImpl: A2AImpl = {
  // The card
  card,
  signCard,
  cardAnswer,
  writeCard,
  cardHeaders,
  isFresh,
  extendedCard,
  extendedCardHeaders,
  // The bindings
  answerRpc,
  readRpcRequest,
  rpcHeaders,
  rpcResult,
  rpcError,
  answerRest,
  matchRoute,
  readRestRequest,
  restHeaders,
  restResult,
  restEvent,
  checkContentType,
  writeResult,
  writeEvent,
  // Errors
  errorRow,
  errorDetails,
  rpcErrorObject,
  restErrorBody,
  writeRestError,
  told,
  // Before an operation
  dispatch,
  authenticate,
  readVersion,
  checkVersion,
  readExtensions,
  checkBinding,
  checkTenant,
  activateExtensions,
  extensionHeaders,
  checkCapability,
  operationOf,
  readParams,
  normalizeParams,
  validate,
  // The operations, by their names
  SendMessage,
  SendStreamingMessage,
  GetTask,
  ListTasks,
  CancelTask,
  SubscribeToTask,
  CreateTaskPushNotificationConfig,
  GetTaskPushNotificationConfig,
  ListTaskPushNotificationConfigs,
  DeleteTaskPushNotificationConfig,
  GetExtendedAgentCard,
  // Their parts
  findTask,
  checkMessage,
  checkInputModes,
  checkFollowUp,
  checkScript,
  checkCancelable,
  checkSubscribable,
  takeMessage,
  beginTurn,
  followed,
  newTaskId,
  newId,
  stopAgent,
  taskQuery,
  writePageToken,
  readPageToken,
  // Around the agent
  agentEvents,
  acceptedParts,
  // From a run's log to messages
  encode: updates,
  advance,
  taskView,
  recentHistory,
  timestamp,
  directMessage,
  currentTask,
  awaitAnswer,
  turnEvents,
  taskEvents,
  endsStream,
  readLastEventId,
  // Webhooks
  checkWebhook,
  keepPushConfig,
  pushConfigs,
  dropPushConfig,
  feedWebhooks,
  feedWebhook,
  pushEvents,
  pushBody,
  pushHeaders,
  // Outgoing frames
  streamHeaders,
  frameText,
  keepAliveText,
  chunks,
};
