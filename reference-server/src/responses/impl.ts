import type { MessageName as OpenAIMessage } from '@agentproto/protocol/responses/openai';
import type { MessageName } from '@agentproto/protocol/responses/2026-04-24';
import { lateModule } from '../late-module.ts';
import { agentEvents, beginResponse, cancelWhenLeft, modelOf, newResponseId, requestInfo, truncated } from './begin.ts';
import { chatBody, chatChunks, createChatCompletion } from './chat-completions.ts';
import { compactResponse, countInputTokens } from './compact.ts';
import { allowanceOf, constrained, mayCall } from './constrain.ts';
import type { ResponsesContext, ResponsesImpl } from './context.ts';
import { joinConversation } from './conversation-items.ts';
import * as conversations from './conversations.ts';
import { createResponse } from './create.ts';
import { begun, encode, number } from './encode.ts';
import { errorBody, errorEvent, errorFrame, errorType, jsonHeaders, refusal, tooMany } from './errors.ts';
import {
  chainTo,
  checkOutputs,
  mayContinue,
  newItems,
  parentOf,
  pastOf,
  turnItems,
  addedItems,
  unknownPrevious,
} from './history.ts';
import { answerHttp } from './http.ts';
import { itemId } from './items.ts';
import {
  approvalRequest,
  close,
  delta,
  functionCall,
  hostedTool,
  hasPhase,
  openMessage,
  openReasoning,
  reasoningType,
  toolResult,
} from './items-made.ts';
import { openaiRules } from './openai.ts';
import { deleteModel, getModel, listModels } from './models.ts';
import { authenticate, checkContentType, checkCreate, parseObject, readBody, settle } from './request.ts';
import { ended, response } from './response.ts';
import { cancelResponse, deleteResponse, isStored, listInputItems, retrieveResponse } from './retrieve.ts';
import { checkScript, inexpressible, knowsMcp } from './script-check.ts';
import { answerFrame, expireSocket, readFrame, socketText } from './socket.ts';
import { chunks, endsWithDone, frameText, obfuscation, shownEvents, sseEvent, streamHeaders } from './sse.ts';

export const ownRules = lateModule(() => import('@agentproto/rules/responses/2026-04-24'));

/** The shapes that Open Responses defines are its own; the rest is OpenAI's. */
const OWN = new Set<string>(['CreateResponseBody', 'CompactResponseBody', 'WebSocketResponseCreateEvent']);

const validate = (_ctx: ResponsesContext, name: string, value: object) =>
  OWN.has(name)
    ? ownRules.loaded.validate(name as MessageName, value)
    : openaiRules.loaded.validate(name as OpenAIMessage, value);

/** What a server of Open Responses 2026-04-24 does; where it is silent, the operations are those of OpenAI's API. */
export const standardImpl: ResponsesImpl = {
  answerHttp,
  operations: {
    createResponse,
    retrieveResponse,
    deleteResponse,
    cancelResponse,
    listInputItems,
    countInputTokens,
    compactResponse,
    ...conversations,
    listModels,
    getModel,
    deleteModel,
    createChatCompletion,
  },
  hasSocket: () => true,
  authenticate,
  answerFrame,
  readFrame,
  expireSocket,
  readBody,
  checkContentType,
  parseObject,
  checkCreate,
  validate,
  settle,
  modelOf,
  checkScript,
  inexpressible,
  knowsMcp,
  parentOf,
  pastOf,
  chainTo,
  unknownPrevious,
  newItems,
  checkOutputs,
  mayContinue,
  turnItems,
  addedItems,
  truncated,
  joinConversation,
  isStored,
  beginResponse,
  newResponseId,
  itemId,
  cancelWhenLeft,
  requestInfo,
  agentEvents,
  allowanceOf,
  mayCall,
  constrained,
  encode,
  number,
  begun,
  openMessage,
  openReasoning,
  delta,
  close,
  functionCall,
  hostedTool,
  approvalRequest,
  toolResult,
  ended,
  reasoningType,
  hasPhase,
  response,
  shownEvents,
  obfuscation,
  endsWithDone,
  jsonHeaders,
  streamHeaders,
  sseEvent,
  frameText,
  chunks,
  socketText,
  refusal,
  errorBody,
  errorType,
  tooMany,
  errorEvent,
  errorFrame,
  chatBody,
  chatChunks,
};
