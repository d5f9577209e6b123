/** What a request is refused with; the message goes to its sender. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The text of a body of at most `bytes`, that comes within `ms`. Throws a Refusal. */
export async function readBody(request: Request, bytes: number, ms: number): Promise<string> {
  const tooLarge = new Refusal(413, `expected a body of at most ${bytes} bytes`);
  if (Number(request.headers.get('content-length')) > bytes) throw tooLarge;
  const reader = request.body?.getReader();
  if (!reader) return '';
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Refusal(408, `expected the whole body within ${ms} ms`)), ms);
  });
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  let length = 0;
  try {
    for (;;) {
      const { done, value } = await Promise.race([reader.read(), late]);
      if (done) return text + decoder.decode();
      if ((length += value.byteLength) > bytes) throw tooLarge;
      text += decoder.decode(value, { stream: true });
    }
  } catch (error) {
    void reader.cancel().catch(() => {});
    if (error instanceof Refusal) throw error;
    throw new Refusal(
      400,
      error instanceof TypeError && request.signal.aborted === false ? 'expected UTF-8' : 'the body broke off',
    );
  } finally {
    clearTimeout(timer);
  }
}
