import * as agents from './agents.ts';
import type { AgentsImpl } from './agents-context.ts';
import { mayCall, withoutTool } from './around-agent.ts';
import { agentEvents, beginRun, cancelWhenLeft, newRunId } from './begin-run.ts';
import * as completions from './completions.ts';
import type { OpenAgentContext } from './context.ts';
import { createEmbedding, shownVector } from './embeddings.ts';
import * as encoding from './encode.ts';
import * as knowledge from './knowledge.ts';
import { getMcpInfo, mcpServer, mcpTools, openMcpStream, postMcpMessage } from './mcp.ts';
import { listModels, modelsShown } from './models.ts';
import { agentReply, checkMessages, readRun, teamReply } from './replies.ts';
import { checkOutcome, chosenMembers, chosenModel, modelOf, offeredTools, runAgent, runTeam, teamPlan } from './run.ts';
import { checkScript, tooMany } from './script-check.ts';
import {
  chunks,
  failedEvent,
  frameText,
  runEvent,
  shownEvents,
  sseEvent,
  streamHeaders,
  wantsStream,
} from './stream.ts';
import * as teams from './teams.ts';
import { deleteTool, getTool, listTools } from './toolkits.ts';

export const agentsImpl: AgentsImpl<OpenAgentContext> = {
  agentsOf: agents.agentsOf,
  agentNamed: agents.agentNamed,
  putAgent: agents.putAgent,
  dropAgent: agents.dropAgent,
  shownAgent: agents.shownAgent,
  createdAgent: agents.createdAgent,
  teamNamed: teams.teamNamed,
  checkMember: teams.checkMember,
  withLeader: teams.withLeader,
  shownTeam: teams.shownTeam,
  createdTeam: teams.createdTeam,
  readRun,
  checkMessages,
  wantsStream,
  chosenModel,
  modelOf,
  offeredTools,
  chosenMembers,
  teamPlan,
  checkScript,
  tooMany,
  beginRun,
  newRunId,
  cancelWhenLeft,
  agentEvents,
  mayCall,
  withoutTool,
  encode: encoding.encode,
  runEvent,
  speaker: encoding.speaker,
  runStarted: encoding.runStarted,
  runResponse: encoding.runResponse,
  toolCallStarted: encoding.toolCallStarted,
  toolCallCompleted: encoding.toolCallCompleted,
  toolRequest: encoding.toolRequest,
  halted: encoding.halted,
  ended: encoding.ended,
  costSummary: encoding.costSummary,
  runCompleted: encoding.runCompleted,
  finalContent: encoding.finalContent,
  checkOutcome,
  agentReply,
  teamReply,
  shownEvents,
  failedEvent,
  streamHeaders,
  sseEvent,
  frameText,
  chunks,
  streamsCompletion: completions.streamsCompletion,
  completionBody: completions.completionBody,
  completionChunks: completions.completionChunks,
  modelEcho: completions.modelEcho,
  modelsShown,
  shownVector,
  documentsOf: knowledge.documentsOf,
  ranked: knowledge.ranked,
  mcpServer,
  mcpTools,
};

export const agentOperations = {
  createAgent: agents.createAgent,
  listAgents: agents.listAgents,
  getAgent: agents.getAgent,
  updateAgent: agents.updateAgent,
  deleteAgent: agents.deleteAgent,
  runAgent,
  createTeam: teams.createTeam,
  listTeams: teams.listTeams,
  getTeam: teams.getTeam,
  runTeam,
  listTools,
  getTool,
  deleteTool,
  createChatCompletion: completions.createChatCompletion,
  createCompletion: completions.createCompletion,
  createEmbedding,
  listModels,
  addKnowledge: knowledge.addKnowledge,
  deleteKnowledge: knowledge.deleteKnowledge,
  searchKnowledge: knowledge.searchKnowledge,
  getMcpInfo,
  openMcpStream,
  postMcpMessage,
};
