import * as document from '@agentproto/protocol/open-agent/0.7';
import * as readme from '@agentproto/protocol/open-agent/readme';
import type { Exchange } from '@agentproto/recording';
import { validate as validate07 } from '@agentproto/rules/open-agent/0.7';
import { validate as validateReadme } from '@agentproto/rules/open-agent/readme';
import type { ClientCheck } from '../../kit/client-check.ts';
import { isRecord } from '../../kit/json.ts';
import { lostCheck } from '../../kit/lost-check.ts';
import { jsonOf, shapeCheck, type SentMessage } from '../../kit/shape-check.ts';
import { toldCheck } from '../../kit/told-check.ts';
import { RUNS, type Contract } from '../contract.ts';
import { knownBy } from '../known.ts';

/** The rules for clients (CLIENT), held against a recording of what one did, and against what it tells. */
export function openAgentClientsBy(contract: Contract): readonly ClientCheck[] {
  const { known, routed } = knownBy(contract);
  const methods: Readonly<Record<string, { request: string | null }>> = contract.isReadme
    ? readme.METHODS
    : document.METHODS;

  /** What stands in a body, and in its path; who has no body says all in the path. */
  function requestsIn(exchange: Exchange): SentMessage[] {
    const { operation = '', ids } = routed(exchange) ?? {};
    const name = exchange.request.body && methods[operation]?.request;
    if (!name) return [];
    const value = jsonOf(exchange);
    return [{ name, value: isRecord(value) ? { ...value, ...ids } : value }];
  }

  return [
    shapeCheck('open-agent/client/form', 'OAA-CLIENT-001', requestsIn, (name, value) =>
      contract.isReadme
        ? validateReadme(name as readme.MessageName, value)
        : validate07(name as document.MessageName, value),
    ),
    toldCheck('open-agent/client/pieces', {
      ...{ row: 'OAA-CLIENT-002', situation: 'pieces', title: 'However the stream is cut, the events are the same' },
    }),
    toldCheck('open-agent/client/event-stream', {
      ...{ row: 'OAA-CLIENT-003', situation: 'event-stream', title: 'A stream is read as Server-Sent Events are' },
    }),
    toldCheck('open-agent/client/unknown-events', {
      ...{ row: 'OAA-CLIENT-004', situation: 'unknown-events', title: 'Unknown events are passed over' },
    }),
    toldCheck('open-agent/client/unknown-members', {
      ...{ row: 'OAA-CLIENT-005', situation: 'unknown-members', title: 'Unknown members are passed over' },
    }),
    toldCheck('open-agent/client/no-end', {
      ...{ row: 'OAA-CLIENT-006', situation: 'no-end', title: 'A stream without an end is an error' },
    }),
    lostCheck('open-agent/client/lost', {
      ...{ row: 'OAA-CLIENT-007', situation: 'lost' },
      title: 'A run of which something came is not asked for again when its connection is lost, and its caller is told',
      isTurn: (exchange) => Object.values<string>(RUNS).includes(known(exchange)?.operation ?? ''),
    }),
  ];
}
