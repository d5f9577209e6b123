import { answers, openAgentQuirk, requests } from './open-agent-quirk.ts';

interface Found {
  results: { id: string; text: string }[];
}

/** Rules of what is looked for. */
export const knowledgeQuirks = [
  openAgentQuirk('open-agent.knowledge.finds-documents', {
    breaks: 'OAA-KNOW-001',
    make: (impl, hit) => answers<Found>(impl, 'searchKnowledge', ({ results }) => hit({ documents: results })),
  }),
  openAgentQuirk('open-agent.knowledge.scores-rise', {
    breaks: 'OAA-KNOW-002',
    make: (impl, hit) => ({
      ranked(ctx, documents, query) {
        const found = impl.ranked(ctx, documents, query);
        return found.length > 1 ? hit(found.map((one) => ({ ...one, score: 1 - one.score }))) : found;
      },
    }),
  }),
  openAgentQuirk('open-agent.knowledge.belongs-to-all', {
    breaks: 'OAA-KNOW-003',
    make(impl, hit) {
      const owners = new Set<string>();
      return {
        async documentsOf(ctx, owner) {
          owners.add(owner);
          const all = await Promise.all([...owners].map((one) => impl.documentsOf(ctx, one)));
          return hit(all.flat());
        },
      };
    },
  }),
  openAgentQuirk('open-agent.knowledge.finds-the-least-like', {
    breaks: 'OAA-KNOW-004',
    make: (impl, hit) => ({
      ranked(ctx, documents, query) {
        const found = impl.ranked(ctx, documents, query);
        const scores = found.map(({ score }) => score);
        return found.length > 1 ? hit(found.toReversed().map((one, at) => ({ ...one, score: scores[at]! }))) : found;
      },
    }),
  }),
  openAgentQuirk('open-agent.knowledge.finds-what-nobody-asked', {
    breaks: 'OAA-KNOW-005',
    make: (impl, hit) =>
      requests(impl, 'searchKnowledge', (body) =>
        body && typeof body['query'] !== 'string' ? hit({ query: 'anything' }) : undefined,
      ),
  }),
  openAgentQuirk('open-agent.knowledge.has-no-ids', {
    breaks: 'OAA-KNOW-006',
    make: (impl, hit) =>
      answers<Found>(impl, 'searchKnowledge', ({ results }) =>
        hit({ results: results.map(({ id: _, ...result }) => result) }),
      ),
  }),
];
