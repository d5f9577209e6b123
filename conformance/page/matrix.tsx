import { memo } from 'preact/compat';
import { Chip } from './chip.tsx';
import type { Go } from './place.ts';
import { areaOf, because, type Requirement } from './words.ts';

/** Requirement by binding, a table for each family revision, in groups. */
export const Matrix = memo(function Matrix({
  rows,
  chosen,
  go,
}: {
  rows: readonly Requirement[];
  chosen: string;
  go: Go;
}) {
  const families = Map.groupBy(rows, ({ family, revision }) => `${family}@${revision}`);
  if (rows.length === 0) return <p>No requirement fits the filters.</p>;
  return (
    <>
      {[...families].map(([family, all]) => {
        const bindings = [...new Set(all.flatMap((row) => Object.keys(row.bindings)))];
        const groups = Map.groupBy(all, ({ id }) => areaOf(id));
        return (
          <div class="scroll" key={family} tabIndex={0} role="group" aria-label={`Requirements of ${family}`}>
            <table class="matrix">
              <caption>{family}</caption>
              <thead>
                <tr>
                  <th scope="col">Requirement</th>
                  {bindings.map((binding) => (
                    <th scope="col" key={binding}>
                      {binding}
                    </th>
                  ))}
                </tr>
              </thead>
              {[...groups].map(([area, group]) => (
                <tbody key={area}>
                  <tr class="area">
                    <th scope="rowgroup" colSpan={bindings.length + 1}>
                      {area}
                    </th>
                  </tr>
                  {group.map((row) => (
                    <Row key={row.id} row={row} bindings={bindings} isChosen={row.id === chosen} go={go} />
                  ))}
                </tbody>
              ))}
            </table>
          </div>
        );
      })}
    </>
  );
});

const Row = memo(function Row({
  row,
  bindings,
  isChosen,
  go,
}: {
  row: Requirement;
  bindings: readonly string[];
  isChosen: boolean;
  go: Go;
}) {
  return (
    <tr class={isChosen ? 'chosen' : ''}>
      <th scope="row">
        <button
          type="button"
          class="link"
          aria-expanded={isChosen}
          data-requirement={row.id}
          onClick={() => go({ id: isChosen ? '' : row.id })}
        >
          <code>{row.id}</code> <span class="level">{row.level.toUpperCase()}</span> {row.statement}
        </button>
      </th>
      {bindings.map((binding) => {
        const found = row.bindings[binding];
        return (
          <td key={binding} title={found && because(found.verdict, found.reason)}>
            {found && <Chip verdict={found.verdict} brief />}
            {found?.expected !== undefined && <span class="quiet"> expected</span>}
          </td>
        );
      })}
    </tr>
  );
});
