import { decisionsAt, decisionsIn, readTurn, requestContext } from './conversation.ts';
import {
  approval,
  asking,
  done,
  encode,
  ending,
  executed,
  metaData,
  output,
  stopReason,
  textDelta,
  toolCall,
} from './encode.ts';
import { errorBody, errorEvent, jsonHeaders, refusal } from './errors.ts';
import { endsTurn, shownEvents, turnEvents } from './follow.ts';
import { frame, frameChunks } from './frames.ts';
import { answerHttp, checkMethod, health, noSocket } from './http.ts';
import { line, lineChunks, stream, streamHeaders } from './ndjson.ts';
import { chat, failTurn, legacyReply, message, reply, replyData, wordless } from './reply.ts';
import {
  authenticate,
  checkContentType,
  checkMessages,
  checkObject,
  checkRequest,
  parseJson,
  readBody,
  readFrame,
  refuseEmpty,
  validate,
} from './request.ts';
import { checkScript } from './script-check.ts';
import { answerBinary, answerFailure, answerFrame, keepAlive } from './socket.ts';
import { agentContext, agentEvents, beginTurn, cancelWhenLeft } from './turn.ts';
import type { ChatImpl } from './context.ts';

/** A chat server as the documents have it. */
export const standardImpl: ChatImpl = {
  // The ways in
  answerHttp,
  checkMethod,
  authenticate,
  health,
  noSocket,
  answerFrame,
  answerBinary,
  answerFailure,
  keepAlive,
  // A request
  readBody,
  readFrame,
  checkContentType,
  parseJson,
  checkRequest,
  checkObject,
  checkMessages,
  validate,
  refuseEmpty,
  // Its turn
  readTurn,
  requestContext,
  decisionsAt,
  decisionsIn,
  checkScript,
  beginTurn,
  cancelWhenLeft,
  // Around the agent
  agentContext,
  agentEvents,
  // From a run's log to events
  encode,
  textDelta,
  asking,
  toolCall,
  approval,
  executed,
  output,
  ending,
  done,
  stopReason,
  metaData,
  turnEvents,
  endsTurn,
  // The answer in one piece
  chat,
  message,
  failTurn,
  reply,
  replyData,
  wordless,
  legacyReply,
  // The answer event by event
  stream,
  shownEvents,
  errorEvent,
  // Outgoing bytes
  jsonHeaders,
  refusal,
  errorBody,
  streamHeaders,
  line,
  lineChunks,
  frame,
  frameChunks,
};
