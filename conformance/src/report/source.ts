import { families } from '@agentproto/rules';

/** What a requirement is taken from: the title of the revision, and where it can be read. */
export function sourceOf({ family, revision }: { family: string; revision: string }): { title: string; url?: string } {
  const known: {
    readonly [family: string]: { revisions: { readonly [revision: string]: { title: string; source?: string } } };
  } = families;
  const { title, source } = known[family]?.revisions[revision] ?? { title: `${family}@${revision}` };
  return source === undefined ? { title } : { title, url: source };
}
