import type { Answer } from '../../answer.ts';
import type { Hit } from '../../quirk.ts';
import type { HttpRequest } from '../call.ts';
import type { ChatImpl } from '../context.ts';
import { chatQuirk } from './chat-quirk.ts';

/** What agents in the field were seen to do, and a client should speak about clearly: no check judges these. */
const clientQuirk = (name: string, sentence: string, make: (impl: ChatImpl, hit: Hit) => Partial<ChatImpl>) =>
  chatQuirk(name, { breaks: null, says: sentence, forClients: true, make });

/** Every request but that for the health. */
const answering = (impl: ChatImpl, answer: (request: HttpRequest) => Answer): Pick<ChatImpl, 'answerHttp'> => ({
  answerHttp: async (ctx, operation, request) =>
    operation === 'health' ? impl.answerHttp(ctx, operation, request) : answer(request),
});

const JSON_HEADERS = { 'content-type': 'application/json' };

export const clientQuirks = [
  clientQuirk('chat.wire.moved', 'Every call is redirected with 302.', (impl, hit) =>
    answering(impl, ({ headers }) =>
      hit({ status: 302, headers: { location: `http://${headers.host}/moved` }, body: '' }),
    ),
  ),
  clientQuirk('chat.wire.redirects-elsewhere', 'Every call is redirected to another origin with 308.', (impl, hit) =>
    answering(impl, () => hit({ status: 308, headers: { location: 'http://elsewhere.example/agent' }, body: '' })),
  ),
  clientQuirk('chat.wire.web-page', 'Every call is answered with a web page.', (impl, hit) =>
    answering(impl, () =>
      hit({ status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html><title>Welcome</title>' }),
    ),
  ),
  clientQuirk('chat.wire.empty-body', 'Every call is answered with an empty body.', (impl, hit) =>
    answering(impl, () => hit({ status: 200, headers: JSON_HEADERS, body: '' })),
  ),
  clientQuirk(
    'chat.error.message-instead-of-detail',
    'Every call is refused with 403, and `message` in the place of `detail`.',
    (impl, hit) =>
      answering(impl, () => hit({ status: 403, headers: JSON_HEADERS, body: '{"message":"Not on Fridays"}' })),
  ),
];
