import { families, requirements } from '@agentproto/rules';

interface Known {
  title: string;
  source?: string;
  /** Section to reference, relative to `source`. */
  sections?: { readonly [section: string]: string };
  extends?: string;
}

interface Place {
  id?: string;
  family: string;
  revision: string;
  section: string;
}

/** What a requirement is taken from: the title of the revision, and where its section can be read; else the whole text. */
export function sourceOf({ id, family, revision, section }: Place): { title: string; url?: string } {
  // A user's rule is judged beside those of a protocol, and is none of them.
  if (id !== undefined && !Object.hasOwn(requirements, id))
    return { title: 'a rule of your own', ...(/^https?:/.test(section) && URL.canParse(section) && { url: section }) };
  const known: { readonly [family: string]: { revisions: { readonly [revision: string]: Known } } } = families;
  const revisions = known[family]?.revisions ?? {};
  const { title, source } = revisions[revision] ?? { title: `${family}@${revision}` };
  const url = linkOf(section, revisions, revision) ?? source;
  return url === undefined ? { title } : { title, url };
}

/** `3.1.2, 11.7` leads to 3.1.2, `proto Artifact` to proto. */
function linkOf(section: string, revisions: { readonly [revision: string]: Known }, from: string): string | undefined {
  const [first = ''] = section.split(/[,;(]/);
  const names = [section, first.trim(), first.split(': ')[0]!.trim(), /^[\w.]+/.exec(section)?.[0] ?? ''];
  for (let at = revisions[from]; at; at = at.extends === undefined ? undefined : revisions[at.extends]) {
    const { sections = {}, source } = at;
    const name = names.find((one) => Object.hasOwn(sections, one));
    if (name !== undefined) return new URL(sections[name]!, source).href;
  }
  return undefined;
}
