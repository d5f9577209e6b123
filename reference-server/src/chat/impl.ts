import { agentCard, beforeTaskIsDone, doTask, getTask, sendTask } from './a2a.ts';
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
import { enqueue, firstSeq, followJob, isJob, jobAccepted, jobEvents, noSuchJob } from './jobs.ts';
import { mcpTools } from './mcp.ts';
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
import { isSilenced, silentAnswer, silentEvent, silentLines } from './silence.ts';
import { checkScript } from './script-check.ts';
import { answerBinary, answerFailure, answerFrame, keepAlive, silentFrame } from './socket.ts';
import { agentContext, agentEvents, beginTurn, cancelWhenLeft, refusedDecisions } from './turn.ts';
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
  refusedDecisions,
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
  // A channel that several agents share
  isSilenced,
  silentAnswer,
  silentEvent,
  silentLines,
  silentFrame,
  // Jobs
  isJob,
  enqueue,
  jobAccepted,
  followJob,
  noSuchJob,
  firstSeq,
  jobEvents,
  // Tasks of other agents
  agentCard,
  sendTask,
  beforeTaskIsDone,
  getTask,
  doTask,
  // MCP
  mcpTools,
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
