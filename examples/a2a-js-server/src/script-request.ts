import { Message, type SendMessageRequest } from '@a2a-js/sdk';
import { RequestMalformedError } from '@a2a-js/sdk/errors';
import { findScript, ScriptError } from '@agentproto/script';
import type { Decision, Json, PartSpec, Script, Step, ToolOutput, TurnInput } from '@agentproto/script';

export interface ScriptRequest {
  /** The script that the message carries, if it does. */
  script: Script | undefined;
  input: TurnInput;
}

/** Steps that this server cannot show over A2A. */
const INEXPRESSIBLE = ['reason', 'refuse', 'delegate', 'usage', 'busy', 'wire'];

/** What a message asks of the agent. Throws the SDK's error for invalid params when it carries a script that cannot be run here. */
export function readScriptRequest({ message, metadata }: SendMessageRequest): ScriptRequest {
  const wire = Message.toJSON(message ?? Message.fromJSON({})) as {
    parts?: PartSpec[];
    messageId?: string;
    metadata?: unknown;
  };
  const texts = (wire.parts ?? []).flatMap(({ text }) => text ?? []);
  const data = (wire.parts ?? []).flatMap(({ data: value, mediaType = '' }) =>
    value === undefined ? [] : [{ data: value, mediaType }],
  );
  return {
    script: scriptIn({ texts, data, metadata: [wire.metadata, metadata], messageId: wire.messageId ?? '' }),
    input: {
      text: texts.join('\n'),
      data: data.map((part) => part.data),
      outputs: answers<ToolOutput>(data, 'toolOutput'),
      decisions: answers<Decision>(data, 'toolDecision'),
    },
  };
}

function scriptIn(carrier: Parameters<typeof findScript>[0]): Script | undefined {
  try {
    const script = findScript(carrier)?.script;
    const kinds = [script, ...(script?.turns ?? [])]
      .flatMap((turn) => turn?.steps ?? [])
      .flatMap((step: Step) => Object.keys(step));
    const kind = kinds.find((one) => INEXPRESSIBLE.includes(one));
    if (kind) throw malformed(`script step "${kind}": this server cannot show it`, 'SCRIPT_STEP_UNSUPPORTED');
    return script;
  } catch (error) {
    throw error instanceof ScriptError ? malformed(error.message, error.code) : error;
  }
}

function malformed(message: string, reason: string): Error {
  return Object.assign(new RequestMalformedError(message), { reason });
}

/** The caller's answers to tool calls, `{ toolOutput: … }` or `{ toolDecision: … }`, as our reference server reads them. */
function answers<Answer>(data: { data: Json }[], name: string): Answer[] {
  return data.flatMap(({ data: value }) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && value[name] ? [value[name] as Answer] : [],
  );
}
