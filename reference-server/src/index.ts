export { createReferenceServer, referenceServer } from './late-server.ts';
export type { ReferenceServer } from './server.ts';
export {
  ServerOptionsError,
  type Limits,
  type LogLevel,
  type PluginOptions,
  type ServerOptions,
} from './server-options.ts';
export type { Failure } from './failures.ts';
export type { GivenAnswer, GivenEvent } from './given-answer.ts';
export type { ReceivedRequest } from './journal.ts';
export type { JournalEntry } from './journal-entry.ts';
export type { ScriptMatch, SetScript } from './script-book.ts';
export type { Damage, Fault, FaultEnd, FaultPlace } from './wire-faults/fault.ts';
export type { SetFault } from './wire-faults/due.ts';
export type { ServerClock } from './server-clock.ts';
export type { TestScope } from './test-scope.ts';
export { normalized, snapshotOf, type ExchangeSnapshot, type NormalizeOptions } from './testing/snapshot.ts';
export { VirtualClock, type Clock, type Script } from '@agentproto/script';
export type { A2AOptions, ExtendedCard, InterfaceOption } from './a2a/options.ts';
export type { Hooks } from './store/hooks.ts';
export type { CardKey } from './a2a/card-signer.ts';
export type { ChatOptions } from './chat/options.ts';
export type { ChannelRouter, Routed } from './chat/channel-router.ts';
export type { ModelRouter } from './chat/model-router.ts';
export type { CardOption } from './chat/task-results.ts';
export type { McpOption, McpTool } from './chat/mcp-tool.ts';
export type { Agent, AgentRequest } from './agent.ts';
export type { AnyQuirk, Hit, Quirk, QuirkUse } from './quirk.ts';
export { memoryStore, type MemoryStoreOptions } from './store/memory.ts';
export { ConflictError, StoreFullError } from './store/store.ts';
export type {
  Entry,
  LogStore,
  RecordStore,
  Run,
  RunHead,
  RunPlace,
  RunQuery,
  RunStore,
  Store,
  StoredRecord,
} from './store/store.ts';
export type { RunEvent, RunState } from './store/run-event.ts';
