import type { Message } from '@agentproto/protocol/chat/docs';
import { ServerOptionsError } from '../options-error.ts';

/** A model that is asked whether the agent should answer, by OpenAI's API of chat completions. */
export interface ModelRouter {
  /** The part of the address before `/chat/completions`: `https://api.openai.com/v1`. */
  url: string;
  model: string;
  /** Sent as `Authorization: Bearer`. */
  apiKey?: string;
  /** Who the agent is, and what it answers. */
  agentName: string;
  agentDescription: string;
  /** Milliseconds for the model's answer. Default 10,000. */
  timeoutMs?: number;
}

const TOOL = {
  type: 'function',
  function: {
    name: 'decide',
    description: 'Say whether the agent answers the last message.',
    parameters: {
      type: 'object',
      properties: { should_respond: { type: 'boolean' }, reasoning: { type: 'string' } },
      required: ['should_respond', 'reasoning'],
    },
  },
};

/** A longer answer than this is none. */
const MOST_BYTES = 1024 * 1024;

/**
 * A route that asks a model. Whatever goes wrong, the agent is silent (channel-routing: SlackResponseRouter), and what
 * it was is reported.
 */
export function asksModel(router: ModelRouter, report: (error: unknown) => void) {
  const { url, model, apiKey, agentName, agentDescription, timeoutMs = 10_000 } = router;
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
    throw new ServerOptionsError(`chat.router.model.url: expected an http or https URL, got ${JSON.stringify(url)}`);
  const system =
    `You read a channel that several agents share, for the agent "${agentName}": ${agentDescription}\n` +
    'Call `decide` with `should_respond` true if the last message is for this agent, and false otherwise.';
  return async (messages: readonly Message[]): Promise<boolean> => {
    const thread = messages.map((message) => {
      const { role, content = '' } = message;
      const name = message.role === 'user' ? message.user?.name : message.agent?.name;
      return { role, content: name ? `${name}: ${content}` : content };
    });
    try {
      const response = await fetch(`${url.replace(/\/+$/, '')}/chat/completions`, {
        method: 'POST',
        redirect: 'error',
        headers: {
          'content-type': 'application/json',
          ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        },
        body: JSON.stringify({
          model,
          temperature: 0,
          max_tokens: 200,
          messages: [{ role: 'system', content: system }, ...thread],
          tools: [TOOL],
          tool_choice: { type: 'function', function: { name: TOOL.function.name } },
        }),
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok) throw new Error(`HTTP ${response.status}`);
      return decisionIn(await limitedText(response));
    } catch (cause) {
      report(new Error(`The channel router's model: ${(cause as Error).message}; the agent is silent`, { cause }));
      return false;
    }
  };
}

async function limitedText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > MOST_BYTES) throw new Error(`more than ${MOST_BYTES} bytes`);
  }
  return text + decoder.decode();
}

/** What the first choice decided: in its tool call, or by the text `1`. */
function decisionIn(json: string): boolean {
  const { choices } = JSON.parse(json) as {
    choices?: { message?: { content?: string | null; tool_calls?: { function?: { arguments?: string } }[] } }[];
  };
  const message = choices?.[0]?.message;
  const given = message?.tool_calls?.[0]?.function?.arguments;
  if (given !== undefined) return (JSON.parse(given) as { should_respond?: unknown }).should_respond === true;
  if (typeof message?.content === 'string') return message.content.trim() === '1';
  throw new Error('expected a choice with a tool call or a text');
}
