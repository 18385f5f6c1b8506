import type { Evidence } from '../../core/dr-event.js';
import { dayAndTime } from './format.js';

/** What was seen, by whom, when. */
export function EvidenceList({ evidence }: { readonly evidence: readonly Evidence[] }) {
  if (evidence.length === 0) return null;
  return (
    <ul class="evidence" aria-label="Evidence">
      {evidence.map((each, index) => <li key={index}>{each.saw} <small>seen by {each.by}, {dayAndTime(each.at)}</small></li>)}
    </ul>
  );
}
