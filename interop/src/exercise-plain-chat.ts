import { Exercise, expect } from './exercise.ts';
import type { Exercised } from './result.ts';

interface ChatEvent {
  type: string;
  text?: string;
  error?: string;
}

const body = (content: string) => JSON.stringify({ messages: [{ role: 'user', content }] });

/** Chat without any SDK, as DCAF's page about its server shows it in JavaScript; of a line that is cut, the tail is kept. */
export async function exercisePlainChat(url: string): Promise<Exercised> {
  const exercise = new Exercise('plain JavaScript');
  const post = (path: string, content: string, signal: AbortSignal) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: body(content),
      signal,
    });
  await exercise.step('sync', async (signal) => {
    const { content } = (await (await post('/api/chat', 'Hello', signal)).json()) as { content: string };
    expect('content', 'Hello', content);
    return 'a whole message';
  });
  await exercise.step('stream', async (signal) => {
    const reader = (await post('/api/chat-stream', '@chunks 3', signal)).body!.getReader();
    const decoder = new TextDecoder();
    let tail = '';
    const events: ChatEvent[] = [];
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const lines = (tail + decoder.decode(value, { stream: true })).split('\n');
      tail = lines.pop()!;
      for (const line of lines) if (line) events.push(JSON.parse(line) as ChatEvent);
    }
    expect('text', 'chunk-1 chunk-2 chunk-3 ', events.map(({ text = '' }) => text).join(''));
    expect('the last event', 'done', events.at(-1)?.type);
    return '3 pieces and a done';
  });
  await exercise.step('WebSocket', async (signal) => {
    const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/api/chat-ws`);
    signal.addEventListener('abort', () => socket.close());
    const said: string[] = [];
    const wanted = ['first', 'not json', 'second'];
    await new Promise<void>((resolve, reject) => {
      const next = () => {
        const content = wanted[said.length];
        if (content === undefined) resolve();
        else socket.send(content === 'not json' ? content : body(content));
      };
      let text = '';
      socket.addEventListener('open', next);
      socket.addEventListener('error', () => reject(new Error('the socket failed')));
      socket.addEventListener('close', ({ code }) => reject(new Error(`closed with ${code}`)));
      socket.addEventListener('message', ({ data }: MessageEvent<string>) => {
        const event = JSON.parse(data) as ChatEvent;
        if (event.type === 'text_delta') text += event.text;
        else if (event.type === 'done' || event.type === 'error') {
          said.push(event.type === 'done' ? text : 'error');
          text = '';
          next();
        }
      });
    });
    socket.close(1000);
    expect('turns', 'first error second', said.join(' '));
    return 'two turns, and an error between them';
  });
  return exercise.result();
}
