import type { Exchange } from '@agentproto/recording';
import type { ExchangeSummary, PageData } from '../src/report/html/page-data.ts';

/** What the page shows, and where it gets exchanges from. */
export interface Store {
  data: PageData;
  index: readonly ExchangeSummary[];
  load(run: number, id: number): Promise<Exchange | undefined>;
}

/** The page of a run that is over: everything is in the document, exchanges in packed blocks that are opened on demand. */
export async function readDocument(): Promise<Store> {
  const data = JSON.parse(textOf('report')) as PageData;
  if (data.live) return { data, index: [], load: fetchExchange };
  const index = (await unpack('index')) as ExchangeSummary[];
  const places = new Map(index.map((one) => [`${one.run}/${one.id}`, one.block]));
  const blocks = new Map<number, Promise<{ run: number; exchange: Exchange }[]>>();
  return {
    data,
    index,
    async load(run, id) {
      const block = places.get(`${run}/${id}`);
      if (block === undefined) return undefined;
      if (!blocks.has(block)) {
        // A few stay open: what is looked at together was recorded together.
        if (blocks.size >= 8) blocks.delete(blocks.keys().next().value!);
        blocks.set(block, unpack(`block-${block}`) as Promise<{ run: number; exchange: Exchange }[]>);
      }
      return (await blocks.get(block)!).find((one) => one.run === run && one.exchange.id === id)?.exchange;
    },
  };
}

/** Tells of every change while the run goes on; its exchanges can be opened when it is over, too. */
export function follow(store: Store, changed: (store: Store) => void): void {
  const kept = new Map<string, Exchange>();
  const load = async (run: number, id: number) => kept.get(`${run}/${id}`) ?? store.load(run, id);
  let current: Store = { ...store, load };
  const source = new EventSource('events');
  source.addEventListener('message', ({ data }) => {
    const { page, added } = JSON.parse(data as string) as { page: PageData; added: ExchangeSummary[] };
    current = { ...current, data: page, index: [...current.index, ...added] };
    changed(current);
  });
  source.addEventListener('kept', ({ data }) => {
    const { name, exchange } = JSON.parse(data as string) as { name: string; exchange: Exchange };
    kept.set(name, exchange);
  });
  const end = (sentence: string) => () => {
    source.close();
    changed((current = { ...current, data: { ...current.data, live: 'over', sentence } }));
  };
  source.addEventListener('done', end('The run is over; the verdict stands in the reports that it left.'));
  // Its server is its run: there is nobody left to ask again.
  source.addEventListener('error', end('The run is gone: it was ended, and this is what it had told until then.'));
}

async function fetchExchange(run: number, id: number): Promise<Exchange | undefined> {
  const response = await fetch(`exchange/${run}/${id}`);
  return response.ok ? ((await response.json()) as Exchange) : undefined;
}

function textOf(id: string): string {
  return document.getElementById(id)?.textContent ?? 'null';
}

/** Gzip in Base64. */
async function unpack(id: string): Promise<unknown> {
  const bytes = Uint8Array.from(atob(textOf(id)), (char) => char.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).json();
}
