/** What is used of `http.IncomingMessage`, and of what Express makes of it. */
export interface NodeRequest extends AsyncIterable<unknown> {
  method?: string | undefined;
  url?: string | undefined;
  headers: { readonly [name: string]: string | string[] | undefined };
  /** Where a body parser was before us: what it made of the body. */
  body?: unknown;
}

/** What is used of `http.ServerResponse`. */
export interface NodeResponse {
  statusCode: number;
  readonly writableFinished: boolean;
  setHeader(name: string, value: string): unknown;
  end(text: string): unknown;
  once(event: 'close', listener: () => void): unknown;
}

type Answer = (request: Request) => Promise<Response>;

export function nodeHandler(answer: Answer): (request: NodeRequest, response: NodeResponse) => Promise<void> {
  return async (request, response) => {
    const { status, headers, text } = await answered(answer, request, response);
    response.statusCode = status;
    for (const [name, value] of headers) response.setHeader(name, value);
    response.end(text);
  };
}

/** The same on the web platform's objects; the answer has no body but a text. */
export async function answered(
  answer: Answer,
  request: NodeRequest,
  response: Pick<NodeResponse, 'writableFinished' | 'once'>,
): Promise<{ status: number; headers: Headers; text: string }> {
  const left = new AbortController();
  response.once('close', () => response.writableFinished || left.abort());
  const made = await answer(requestOf(request, left.signal));
  return { status: made.status, headers: made.headers, text: await made.text() };
}

function requestOf(request: NodeRequest, signal: AbortSignal): Request {
  const { method = 'GET', url = '/', headers: given, body: parsed } = request;
  const headers = new Headers();
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && !name.startsWith(':')) headers.set(name, [value].flat().join(', '));
  }
  const init: RequestInit & { duplex?: 'half' } = { method, headers, signal };
  if (method !== 'GET' && method !== 'HEAD') {
    init.body = parsed === undefined ? streamOf(request) : textOf(parsed);
    init.duplex = 'half';
  }
  // Which host was asked for says nothing to a webhook.
  return new Request(new URL(url, 'http://webhook.invalid'), init);
}

/** A body that a parser has read already: bytes, a text, or what it held as JSON. */
function textOf(parsed: unknown): string | Uint8Array<ArrayBuffer> {
  if (typeof parsed === 'string' || parsed instanceof Uint8Array) return parsed as string | Uint8Array<ArrayBuffer>;
  return JSON.stringify(parsed);
}

function streamOf(source: AsyncIterable<unknown>): ReadableStream<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await chunks.next();
      if (done) controller.close();
      else controller.enqueue(value as Uint8Array);
    },
  });
}
