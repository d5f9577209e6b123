import type { Report } from '../src/report/model.ts';
import { Chip } from './chip.tsx';
import type { Go, Place } from './place.ts';
import { areaOf, VERDICTS, type Requirement } from './words.ts';

const LEVELS = ['must', 'product', 'should', 'may', 'observe'];

export function matching(report: Report, { text, verdicts, levels, area }: Place): Requirement[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const among = (list: string, value: string) => list === '' || list.split(',').includes(value);
  return report.requirements.filter(({ id, verdict, reason, level, statement, scenarios, section }) => {
    if (verdicts === '' && verdict === 'not-run' && reason === 'filtered') return false;
    if (!among(verdicts, verdict) || !among(levels, level) || (area !== '' && areaOf(id) !== area)) return false;
    const all = `${id} ${statement} ${section} ${scenarios.join(' ')}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

function toggled(list: string, value: string): string {
  const values = new Set(list.split(',').filter(Boolean));
  if (!values.delete(value)) values.add(value);
  return [...values].join(',');
}

export function Filters({ report, place, go, found }: { report: Report; place: Place; go: Go; found: number }) {
  const areas = [...new Set(report.requirements.map(({ id }) => areaOf(id)))];
  const used = new Set(report.requirements.map(({ verdict }) => verdict));
  return (
    <form class="filters" role="search" aria-label="Requirements" onSubmit={(event) => event.preventDefault()}>
      <label>
        Search{' '}
        <input
          id="search"
          type="search"
          value={place.text}
          placeholder="id, words, scenario ( / )"
          onInput={(event) => go({ text: event.currentTarget.value })}
        />
      </label>
      <label>
        Group{' '}
        <select value={place.area} onChange={(event) => go({ area: event.currentTarget.value })}>
          <option value="">all</option>
          {areas.map((area) => (
            <option key={area} value={area}>
              {area}
            </option>
          ))}
        </select>
      </label>
      <fieldset>
        <legend>Level</legend>
        {LEVELS.map((level) => (
          <button
            type="button"
            key={level}
            aria-pressed={place.levels.split(',').includes(level)}
            onClick={() => go({ levels: toggled(place.levels, level) })}
          >
            {level.toUpperCase()}
          </button>
        ))}
      </fieldset>
      <fieldset>
        <legend>Verdict</legend>
        {VERDICTS.filter((verdict) => used.has(verdict)).map((verdict) => (
          <button
            type="button"
            key={verdict}
            aria-pressed={place.verdicts.split(',').includes(verdict)}
            onClick={() => go({ verdicts: toggled(place.verdicts, verdict) })}
          >
            <Chip verdict={verdict} />
          </button>
        ))}
      </fieldset>
      <p role="status" class="quiet">
        {found} shown{' '}
        {(place.text || place.area || place.levels || place.verdicts) && (
          <button type="button" onClick={() => go({ text: '', area: '', levels: '', verdicts: '' })}>
            Show all
          </button>
        )}
      </p>
    </form>
  );
}
