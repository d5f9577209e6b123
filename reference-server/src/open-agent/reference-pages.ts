import { createReadStream, existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Routes } from '../route-table.ts';
import type { OpenAgentContext } from './context.ts';

const SCRIPT = 'redoc.standalone.js';

/** The file of an installed package; undefined where it is not installed. */
function installed(specifier: string): string | undefined {
  try {
    const file = fileURLToPath(import.meta.resolve(specifier));
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The reference of the API, as the README has it: `docs` is a page by ReDoc, from the package `redoc` where that is installed
 * (it is not small, and few look at it), so that it works offline; `openapi.json` is the document.
 */
export function mountReference(routes: Routes, { path, revision, baseUrl }: OpenAgentContext): void {
  routes.get(`${path}/openapi.json`, async (_request, reply) => {
    const file = fileURLToPath(import.meta.resolve(`@agentproto/rules/specs/open-agent/${revision}/openapi.json`));
    const document = JSON.parse(await readFile(file, 'utf8')) as object;
    return reply.type('application/json').send(JSON.stringify({ ...document, servers: [{ url: baseUrl() + path }] }));
  });
  routes.get(`${path}/docs`, (_request, reply) =>
    reply
      .headers({
        // ReDoc makes its styles, and searches in a worker, by itself.
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; connect-src 'self'; img-src 'self' data:; worker-src blob:",
        'x-content-type-options': 'nosniff',
      })
      .type('text/html; charset=utf-8')
      .send(page(`Open Agent API (${revision})`, path, installed(`redoc/bundles/${SCRIPT}`) !== undefined)),
  );
  routes.get(`${path}/docs/${SCRIPT}`, (_request, reply) => {
    const file = installed(`redoc/bundles/${SCRIPT}`);
    return file === undefined
      ? reply.code(404).type('text/plain').send('npm install redoc@2')
      : reply.type('text/javascript').send(createReadStream(file));
  });
}

const page = (title: string, path: string, hasRedoc: boolean): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${title}</title>
${
  hasRedoc
    ? `<redoc spec-url="${path}/openapi.json"></redoc>\n<script src="${path}/docs/${SCRIPT}"></script>`
    : `<h1>${title}</h1>\n<p>The page needs <code>npm install redoc@2</code>. The document: <a href="${path}/openapi.json">openapi.json</a>`
}
`;
