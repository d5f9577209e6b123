export { pushReceiver, type PushReceiver, type PushReceiverOptions } from './receiver.ts';
export type { Credentials } from './credentials.ts';
export type { Delivery, Dropped, DropReason } from './delivery.ts';
export type { FastifyScope } from './fastify.ts';
export type { NodeRequest, NodeResponse } from './node.ts';
export type { Deviation, DeviationKind } from '../deviation.ts';
export type * from '@agentproto/protocol/a2a/1.0';
