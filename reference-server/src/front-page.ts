import { vary } from './cors.ts';
import type { Core } from './core.ts';

const DOCS = 'https://github.com/agentproto/agentproto/tree/main/reference-server';
const NAME = '@agentproto/reference-server';
const WHAT = 'A server of agent protocols that behaves, or misbehaves on demand: the test double.';

/** `/` answers a person: with a page who prefers one, as browsers do, with JSON everybody else. */
export function addFrontPage(core: Pick<Core, 'routes' | 'told' | 'quirks'>): void {
  core.routes.get('/', (request, reply) => {
    const facts: Facts = { ...core.told(), quirks: core.quirks.map(({ quirk }) => quirk.name) };
    vary(reply, 'Accept');
    if (!prefersHtml(request.headers.accept))
      return reply
        .type('application/json')
        .send(JSON.stringify({ name: NAME, description: WHAT, ...facts, docs: DOCS }));
    return reply
      .headers({ 'content-security-policy': "default-src 'none'", 'x-content-type-options': 'nosniff' })
      .type('text/html; charset=utf-8')
      .send(page(facts));
  });
}

interface Facts {
  /** By protocol id. */
  urls: Record<string, string>;
  /** What can be looked at in a browser. */
  pages: readonly string[];
  quirks: readonly string[];
}

/** Whether HTML has a higher weight than JSON; `*` stands for both (RFC 9110, 12.5.1). */
export function prefersHtml(accept = ''): boolean {
  const weights = new Map(
    accept.split(',').map((range): [string, number] => {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
      const q = parameters.find((one) => one.startsWith('q='));
      return [type, q === undefined ? 1 : Number(q.slice(2)) || 0];
    }),
  );
  const weight = (type: string, wide: string) => weights.get(type) ?? weights.get(wide) ?? weights.get('*/*') ?? 0;
  return weight('text/html', 'text/*') > weight('application/json', 'application/*');
}

const link = (url: string): string => `<a href="${escaped(url)}">${escaped(url)}</a>`;
const list = (items: readonly string[]): string => `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;

function page({ urls, pages, quirks }: Facts): string {
  const speaks = Object.entries(urls).map(([id, url]) => `<code>${escaped(id)}</code> at <code>${escaped(url)}</code>`);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${NAME}</title>
<h1>${NAME}</h1>
<p>${WHAT}</p>
<h2>It speaks</h2>
${list(speaks)}
<h2>To look at</h2>
${list(pages.map(link))}
${quirks.length > 0 ? `<h2>Its quirks</h2>\n${list(quirks.map(escaped))}\n` : ''}<p>Docs: ${link(DOCS)}</p>
</html>
`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
