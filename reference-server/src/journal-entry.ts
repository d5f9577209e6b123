import type * as a2a01 from '@agentproto/protocol/a2a/0.1';
import type * as a2a02 from '@agentproto/protocol/a2a/0.2';
import type * as a2a03 from '@agentproto/protocol/a2a/0.3';
import type * as a2a10 from '@agentproto/protocol/a2a/1.0';
import type * as dcaf21 from '@agentproto/protocol/chat/dcaf-2.1';
import type * as chatDocs from '@agentproto/protocol/chat/docs';
import type * as openAgent07 from '@agentproto/protocol/open-agent/0.7';
import type * as openAgentReadme from '@agentproto/protocol/open-agent/readme';
import type * as responses2601 from '@agentproto/protocol/responses/2026-01-15';
import type * as responses2604 from '@agentproto/protocol/responses/2026-04-24';
import type * as openai from '@agentproto/protocol/responses/openai';
import type * as wayflow from '@agentproto/protocol/responses/wayflow';
import type { ReceivedRequest } from './journal.ts';
import type { ProtocolId } from './protocol-ids.ts';

/** By protocol: its operations, and its messages. */
interface Spoken {
  'a2a@1.0': [typeof a2a10.METHODS, a2a10.Models];
  'a2a@1.0.0': [typeof a2a10.METHODS, a2a10.Models];
  'a2a@0.3': [typeof a2a03.METHODS, a2a03.Models];
  'a2a@0.2': [typeof a2a02.METHODS, a2a02.Models];
  'a2a@0.1': [typeof a2a01.METHODS, a2a01.Models];
  'chat@docs': [typeof chatDocs.METHODS, chatDocs.Models];
  'chat@dcaf-2.1': [typeof dcaf21.METHODS, dcaf21.Models];
  'responses@2026-04-24': [typeof responses2604.METHODS, responses2604.Models];
  'responses@2026-01-15': [typeof responses2601.METHODS, responses2601.Models];
  'responses@openai': [typeof openai.METHODS, openai.Models];
  'responses@wayflow': [typeof wayflow.METHODS, wayflow.Models];
  'open-agent@0.7': [typeof openAgent07.METHODS, openAgent07.Models];
  'open-agent@readme': [typeof openAgentReadme.METHODS, openAgentReadme.Models];
}

type Message<Models, Name> = Name extends keyof Models ? Models[Name] : undefined;
type RequestIn<Methods, Operation extends keyof Methods> = Methods[Operation] extends { readonly request: infer Name }
  ? Name
  : undefined;

type Asked<Id extends keyof Spoken, Methods = Spoken[Id][0]> = {
  [Operation in keyof Methods]: {
    readonly protocol: Id;
    /** In the protocol's own terms. */
    readonly operation: Operation;
    /**
     * The message of the request, whichever binding it came over: of its body, its path and its query. Undefined where it is not
     * as the schema says, and where the operation has none.
     */
    readonly request: Message<Spoken[Id][1], RequestIn<Methods, Operation>> | undefined;
  };
}[keyof Methods];

/** What is of no operation: a card, a page, what no route has taken. */
interface Unknown {
  readonly protocol: ProtocolId | undefined;
  readonly operation: undefined;
  readonly request: undefined;
}

/** What came, told apart by its protocol and its operation, each of which has a request of its own type. */
export type JournalEntry = Omit<ReceivedRequest, 'protocol' | 'operation' | 'request'> &
  ({ [Id in ProtocolId]: Asked<Id> }[ProtocolId] | Unknown);

/** What `asked.ts` says of a request is what its type says here. */
export const entriesOf = (requests: readonly ReceivedRequest[]): readonly JournalEntry[] =>
  requests as readonly JournalEntry[];
