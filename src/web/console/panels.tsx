import type { MeModel } from '../read-models/me.js';
import { EstatePanel } from './panel-estate.js';
import { FailuresPanel } from './panel-failures.js';
import { IncidentsPanel } from './panel-incidents.js';
import { JournalPanel } from './panel-journal.js';
import { MailPanel } from './panel-mail.js';
import { RunPanel } from './panel-run.js';
import { RunsPanel } from './panel-runs.js';

export type View = 'chat' | 'estate' | 'incidents' | 'runs' | 'mail' | 'failures' | 'journal';

export const viewNames: Record<View, string> = { chat: 'Chat', estate: 'Estate', incidents: 'Incidents', runs: 'Runs', mail: 'Mail & SMS', failures: 'Failures', journal: 'Journal' };

export const viewsFor = (me: MeModel, narrow: boolean): View[] =>
  (Object.keys(viewNames) as View[]).filter((view) => (view !== 'chat' || narrow) && (view !== 'failures' || me.canInject));

interface TabsProps { readonly views: readonly View[]; readonly view: View; readonly onChoose: (view: View) => void }

/** Arrow keys move between tabs, as screen readers announce it. */
export function Tabs({ views, view, onChoose }: TabsProps) {
  const walk = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = views[(views.indexOf(view) + step + views.length) % views.length]!;
    onChoose(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <div class="tabs" role="tablist" aria-label="Views" onKeyDown={walk}>
      {views.map((each) => (
        <button key={each} id={`tab-${each}`} type="button" role="tab" aria-selected={each === view} aria-controls={each === 'chat' ? 'conversation' : 'panel'} tabIndex={each === view ? 0 : -1} onClick={() => { onChoose(each); }}>{viewNames[each]}</button>
      ))}
    </div>
  );
}

interface PanelProps { readonly view: View; readonly version: number; readonly run: string | null; readonly onRun: (run: string | null) => void }

export function Panel({ view, version, run, onRun }: PanelProps) {
  switch (view) {
    case 'incidents': return <IncidentsPanel version={version} onRun={onRun} />;
    case 'runs': return run === null ? <RunsPanel version={version} onRun={onRun} /> : <RunPanel run={run} version={version} onBack={() => { onRun(null); }} />;
    case 'mail': return <MailPanel version={version} />;
    case 'failures': return <FailuresPanel version={version} />;
    case 'journal': return <JournalPanel version={version} />;
    default: return <EstatePanel version={version} />;
  }
}
