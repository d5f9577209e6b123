import { useEffect, useState } from 'preact/hooks';

/** What is being looked at; it stands in the address, so that a link shows the same. */
export interface Place {
  view: 'requirements' | 'exchanges';
  /** A requirement. */
  id: string;
  /** `run.id` of an exchange. */
  exchange: string;
  text: string;
  /** Names between commas; empty is all. */
  verdicts: string;
  levels: string;
  area: string;
}

const START: Place = { view: 'requirements', id: '', exchange: '', text: '', verdicts: '', levels: '', area: '' };

function read(): Place {
  const found = new URLSearchParams(location.hash.slice(1));
  const place = { ...START };
  for (const key of Object.keys(START) as (keyof Place)[]) {
    const value = found.get(key);
    if (value !== null) (place as Record<string, string>)[key] = value;
  }
  return place;
}

function write(place: Place): string {
  const said = Object.entries(place).filter(([key, value]) => value !== START[key as keyof Place]);
  return `#${new URLSearchParams(said as [string, string][]).toString()}`;
}

export type Go = (change: Partial<Place>) => void;

export function usePlace(): [Place, Go] {
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const listen = () => setPlace(read());
    addEventListener('popstate', listen);
    addEventListener('hashchange', listen);
    return () => {
      removeEventListener('popstate', listen);
      removeEventListener('hashchange', listen);
    };
  }, []);
  const go: Go = (change) => {
    const next = { ...read(), ...change };
    // Typing in a filter is one step back, not one a letter.
    if ('id' in change || 'exchange' in change || 'view' in change) history.pushState(null, '', write(next));
    else history.replaceState(null, '', write(next));
    setPlace(next);
  };
  return [place, go];
}
