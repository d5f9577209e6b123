import type { CreateResponseBody, ItemField, ResponseResource } from '@agentproto/protocol/responses/openai';

/** What a response is asked for with, defaults filled in: the log of its run begins with it. */
export interface ResponseStart {
  /** The request, every member that is given back settled. */
  request: Settled;
  /** The new items, each with an id. */
  input: ItemField[];
  /** Tokens of the whole context. */
  inputTokens: number;
  conversation?: string;
  /** The response that this one goes on from, named or not. */
  parent?: string;
}

/** The members of a response that its request decides. */
export type Settled = Omit<CreateResponseBody, 'input' | 'conversation' | 'text'> &
  Pick<
    ResponseResource,
    | 'model'
    | 'text'
    | 'tools'
    | 'tool_choice'
    | 'parallel_tool_calls'
    | 'temperature'
    | 'top_p'
    | 'metadata'
    | 'instructions'
  >;

type Status = NonNullable<ResponseResource['status']>;

/** An item that is being made. */
export interface OpenItem {
  /** What may go on in it: `text`, `refusal`, `reasoning`, `status`, `artifact ID`. */
  key: string;
  item: ItemField;
  /** The text so far, in pieces. */
  chunks: string[];
}

/** A response as far as its run's log has been read. */
export interface ResponseFold {
  id: string;
  start: ResponseStart;
  /** Milliseconds since the epoch. */
  createdAt: number;
  completedAt?: number;
  status: Status;
  output: ItemField[];
  open?: OpenItem;
  /** The number of the next event. */
  sequence: number;
  /** Characters that were put out, and those of them that were thought. */
  outputChars: number;
  reasoningChars: number;
  usage?: { input: number; output: number };
  error?: { code: string; message: string };
  incomplete?: 'max_output_tokens' | 'content_filter';
  /** Its last event has been made. */
  over: boolean;
}

/** What was said before: one entry for each response, oldest first. */
export interface Past {
  model?: string;
  /** Of the request. */
  metadata?: unknown;
  items: ItemField[];
}
