import type { Format } from './format.ts';

/** Something that `--report NAME` writes. */
export interface KnownFormat {
  /** Where it goes when no file is named; `-` is standard output. */
  file: string;
  /** Loaded when it is asked for: the command line has to start fast. */
  load(): Promise<Format>;
}

/** What `--report NAME[=FILE]` can write at the end; a further format is one line here. */
export const formats: { readonly [name: string]: KnownFormat } = {
  json: { file: 'agentproto-report.json', load: async () => (await import('./json.ts')).renderJson },
  junit: { file: 'agentproto-junit.xml', load: async () => (await import('./junit.ts')).renderJunit },
  sarif: { file: 'agentproto.sarif', load: async () => (await import('./sarif.ts')).renderSarif },
  markdown: { file: 'agentproto-report.md', load: async () => (await import('./markdown.ts')).renderMarkdown },
  github: { file: '-', load: async () => (await import('./github.ts')).renderGithub },
  badge: { file: 'agentproto-badge.json', load: async () => (await import('./badge.ts')).renderBadge },
  html: { file: 'agentproto-report.html', load: async () => (await import('./html/html.ts')).renderHtml },
  har: { file: 'agentproto.har', load: async () => (await import('./har.ts')).renderHar },
};
