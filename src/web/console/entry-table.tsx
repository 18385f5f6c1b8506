import type { EntryModel } from '../read-models/lists.js';
import { dayAndTime } from './format.js';

export function EntryTable({ entries, label }: { readonly entries: readonly EntryModel[]; readonly label: string }) {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead><tr><th scope="col">Entry</th><th scope="col">When</th><th scope="col">What</th><th scope="col">By</th></tr></thead>
        <tbody>
          {entries.map((entry, index) => (
            <tr key={`${entry.digest} ${index}`}>
              <td class="number">{entry.place}</td>
              <td class="number">{dayAndTime(entry.at)}</td>
              <td>{entry.says} <small class="digest">{entry.type} <span title="SHA-256 of the entry">{entry.digest}</span></small></td>
              <td>{entry.actor}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
