import { useRef, useState } from 'preact/hooks';

/** What one may start from; `help` knows the rest. */
const hints = [
  'help', 'query vm', 'query site', 'query run', 'query host_group', 'discover site ', 'verify site ', 'move site from= to= dr_type=planned',
  'move site from= to= dr_type=unplanned', 'cleanup site ', 'resync site ', 'approve R-', 'reject R-', 'hold R-', 'resume R-', 'cancel R-', 'why R-',
];
const hintsMax = 5;

/** The command line: Enter sends, arrow up and down walk through what was sent before. */
export function Composer({ onSend, history }: { readonly onSend: (line: string) => void; readonly history: readonly string[] }) {
  const [text, setText] = useState('');
  const [place, setPlace] = useState<number | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const typed = text.trim().toLowerCase();
  const fitting = hints.filter((hint) => hint.startsWith(typed) && hint.trim() !== typed).slice(0, hintsMax);

  const send = (event: Event): void => {
    event.preventDefault();
    if (typed === '') return;
    onSend(text.trim());
    setText('');
    setPlace(null);
  };
  const walk = (event: KeyboardEvent): void => {
    if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
    const next = (place ?? history.length) + (event.key === 'ArrowUp' ? -1 : 1);
    if (next < 0) return;
    event.preventDefault();
    setPlace(next >= history.length ? null : next);
    setText(history[next] ?? '');
  };
  const take = (hint: string): void => {
    setText(hint);
    input.current?.focus();
  };

  return (
    <form class="composer" onSubmit={send}>
      {fitting.length === 0 ? null : (
        <div class="hints" role="group" aria-label="Commands to start from">
          {fitting.map((hint) => <button key={hint} type="button" onClick={() => { take(hint); }}>{hint.trim()}</button>)}
        </div>
      )}
      <div class="line">
        <label for="command">Command</label>
        <input id="command" ref={input} value={text} autocomplete="off" autocapitalize="off" spellcheck={false} maxLength={2000} placeholder="help" aria-describedby="command-help"
          onInput={(event) => { setText(event.currentTarget.value); setPlace(null); }} onKeyDown={walk} />
        <button type="submit" class="primary">Send</button>
      </div>
      <p id="command-help" class="visually-hidden">Enter sends. Arrow up brings back earlier commands. Answers are for you alone.</p>
    </form>
  );
}
