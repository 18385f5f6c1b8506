import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { WebMessage } from '../../ports/web-conversation.js';
import type { MeModel } from '../read-models/me.js';
import { ApiError, get, post, showPerson } from './api.js';
import { setClock } from './clock.js';
import { Conversation, type Exchange } from './conversation.js';
import { useZone } from './format.js';
import { Header } from './header.js';
import { useNarrow, useThrottle } from './hooks.js';
import { LinkDialog } from './link-dialog.js';
import { PasskeysDialog } from './passkeys-dialog.js';
import { ProblemNote } from './notice.js';
import { Panel, Tabs, viewsFor, type View } from './panels.js';
import { Sidebar } from './sidebar.js';
import { SignIn } from './sign-in.js';
import { listen } from './stream.js';

const newsMax = 1_000;
/** The oldest news go first; the conversation loads anew what it needs. */
const withNews = (news: readonly WebMessage[], message: WebMessage): WebMessage[] => [...news.filter((each) => each.key !== message.key), message].slice(-newsMax);

/** Messages link to `#/runs/R-12` and `#/incidents/I-3`. */
function placeOf(hash: string): { view: View; run: string | null } | null {
  const [, view, id] = /^#\/(runs|incidents)(?:\/([RI]-\d+))?$/.exec(hash) ?? [];
  return view === 'runs' || view === 'incidents' ? { view, run: view === 'runs' ? id ?? null : null } : null;
}

export function App() {
  const [me, setMe] = useState<MeModel | null>(null);
  const [problem, setProblem] = useState<ApiError | null>(null);
  const load = useCallback(async (): Promise<void> => {
    showPerson(null);
    try {
      const loaded = await get<MeModel>('/api/me');
      showPerson(loaded.person.name);
      setClock(loaded.clock);
      useZone(loaded.estate.timeZone);
      setMe(loaded);
      setProblem(null);
    } catch (error) {
      if (error instanceof ApiError) setProblem(error);
      if (error instanceof ApiError && error.httpStatus === 401) setMe(null);
    }
  }, []);
  useEffect(() => { void load(); }, [load]);
  // The issuer sent the browser back here with a sign-in that nobody is linked to, whoever was signed in before.
  const [linking, setLinking] = useState(() => location.hash === '#/sign-in');
  const signedIn = (): void => {
    if (linking) history.replaceState(null, '', '/');
    setLinking(false);
    void load();
  };
  if (linking || problem?.httpStatus === 401) return <SignIn onSignedIn={signedIn} />;
  if (!me) return problem ? <main class="sign-in"><h1>Lifeboat</h1><ProblemNote problem={problem} /></main> : <p class="loading">Lifeboat is loading …</p>;
  return <Console key={me.person.name} me={me} reloadMe={load} />;
}

function Console({ me, reloadMe }: { readonly me: MeModel; readonly reloadMe: () => Promise<void> }) {
  const narrow = useNarrow();
  const [connected, setConnected] = useState(true);
  const [news, setNews] = useState<readonly WebMessage[]>([]);
  const [epoch, setEpoch] = useState(0);
  const [version, setVersion] = useState(0);
  const [chosen, setChosen] = useState<string | null>(null);
  const [linked] = useState(() => placeOf(location.hash));
  const [view, setView] = useState<View>(linked?.view ?? (narrow ? 'chat' : 'estate'));
  const [run, setRun] = useState<string | null>(linked?.run ?? null);
  const [unread, setUnread] = useState<ReadonlyMap<string, number>>(new Map());
  const [exchanges, setExchanges] = useState<ReadonlyMap<string, readonly Exchange[]>>(new Map());
  const [problem, setProblem] = useState<ApiError | null>(null);
  const [askCode, setAskCode] = useState(false);
  const [showPasskeys, setShowPasskeys] = useState(false);

  const current = me.conversations.find((each) => each.id === chosen) ?? me.conversations.find((each) => each.kind !== 'private') ?? me.conversations[0]!;
  const shownNow = useRef(current.id);
  shownNow.current = current.id;
  const views = viewsFor(me, narrow);
  const shownView = views.includes(view) ? view : 'estate';

  // Panels follow the journal, and so does the list of what waits for this person.
  const refresh = useThrottle(() => { setVersion((count) => count + 1); void reloadMe(); }, 300);

  useEffect(() => listen({
    connected: setConnected,
    clock: setClock,
    hello(greeting) {
      setClock(greeting.clock);
      // Another tab switched: this page must not go on showing whom it no longer acts for.
      if (greeting.person !== me.person.name) void reloadMe();
      else if (!greeting.resumed) { setEpoch((count) => count + 1); setVersion((count) => count + 1); }
    },
    entry: refresh,
    message(message) {
      setNews((old) => withNews(old, message));
      if (message.version === 1 && message.thread === null && message.conversation !== shownNow.current) setUnread((old) => new Map(old).set(message.conversation, (old.get(message.conversation) ?? 0) + 1));
    },
  }), [me.person.name, reloadMe, refresh]);

  const attempt = (work: Promise<unknown>): void => { work.then(reloadMe).catch((error: unknown) => { if (error instanceof ApiError) setProblem(error); }); };
  const choose = (id: string): void => {
    setChosen(id);
    setUnread((old) => new Map(old).set(id, 0));
    if (narrow) setView('chat');
  };
  const openRun = (id: string | null): void => {
    setRun(id);
    setView('runs');
    history.replaceState(null, '', id === null ? '#/runs' : `#/runs/${id}`);
  };
  useEffect(() => {
    const follow = (): void => {
      const place = placeOf(location.hash);
      if (place) { setView(place.view); setRun(place.run); }
    };
    addEventListener('hashchange', follow);
    return () => { removeEventListener('hashchange', follow); };
  }, []);

  return (
    <div class="console" data-view={shownView} data-person={me.person.name}>
      <Header me={me} connected={connected} onSwitch={(person) => { attempt(post('/api/session/person', { person })); }} onSignOut={() => { attempt(post('/api/session/logout')); }} onCode={() => { setAskCode(true); }} onPasskeys={() => { setShowPasskeys(true); }} />
      {problem ? <ProblemNote problem={problem} /> : null}
      {connected ? null : <p class="lost-banner" role="alert">Connection lost, trying again. What you see may be old; runs go on without this page.</p>}
      {narrow ? <Tabs views={views} view={shownView} onChoose={setView} /> : null}
      <div class="columns">
        <Sidebar me={me} current={current.id} unread={unread} onChoose={choose} />
        <Conversation key={current.id} id={current.id} title={current.title} about={current.about} news={news} epoch={epoch}
          exchanges={exchanges.get(current.id) ?? []} onExchanges={(change) => { setExchanges((old) => new Map(old).set(current.id, change(old.get(current.id) ?? []))); }} />
        <aside class="panel" aria-label="Panels">
          {narrow ? null : <Tabs views={views} view={shownView} onChoose={setView} />}
          <div id="panel" role="tabpanel" aria-labelledby={`tab-${shownView}`} tabIndex={0} class="panel-body"><Panel view={shownView} version={version + epoch} run={run} onRun={openRun} /></div>
        </aside>
      </div>
      {showPasskeys ? <PasskeysDialog onClose={() => { setShowPasskeys(false); }} /> : null}
      {askCode ? <LinkDialog simulated={me.estate.simulated} person={me.person.name} onClose={() => { setAskCode(false); }} /> : null}
    </div>
  );
}
