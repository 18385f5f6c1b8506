import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get } from './api.js';

export interface Resource<T> { readonly data: T | null; readonly problem: ApiError | null; readonly reload: () => Promise<void> }

/**
 * Loads a read model, and again each time `version` grows. What was shown stays until the new answer is here. One request at a time:
 * news that come in meanwhile lead to one more, so that neither a slow server nor a stream of news starves the page.
 */
export function useResource<T>(path: string, version: number): Resource<T> {
  const [answer, setAnswer] = useState<{ readonly path: string; readonly data: T | null; readonly problem: ApiError | null }>({ path, data: null, problem: null });
  const wanted = useRef({ path, again: false, busy: false, gone: false });

  const load = useCallback(async (): Promise<void> => {
    const now = wanted.current;
    now.again = true;
    if (now.busy) return;
    now.busy = true;
    while (now.again && !now.gone) {
      now.again = false;
      const asked = now.path;
      try {
        const data = await get<T>(asked);
        if (asked === now.path) setAnswer({ path: asked, data, problem: null });
      } catch (error) {
        if (asked === now.path && error instanceof ApiError) setAnswer((old) => ({ path: asked, data: old.path === asked ? old.data : null, problem: error }));
      }
    }
    now.busy = false;
  }, []);
  useEffect(() => {
    wanted.current.path = path;
    void load();
  }, [path, version, load]);
  useEffect(() => {
    wanted.current.gone = false;
    return () => { wanted.current.gone = true; };
  }, []);
  const fits = answer.path === path;
  return { data: fits ? answer.data : null, problem: fits ? answer.problem : null, reload: load };
}

/** Calls `work` at most once per `everyMs`, and once more for what came in meanwhile. */
export function useThrottle(work: () => void, everyMs: number): () => void {
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const latest = useRef(work);
  latest.current = work;
  useEffect(() => () => { if (timer.current !== null) clearTimeout(timer.current); }, []);
  return useCallback(() => {
    timer.current ??= setTimeout(() => {
      timer.current = null;
      latest.current();
    }, everyMs);
  }, [everyMs]);
}

/** A render every `ms`, for clocks. */
export function useTick(ms: number): void {
  const [, setCount] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => { setCount((count) => count + 1); }, ms);
    return () => { clearInterval(timer); };
  }, [ms]);
}

/** True while the window is too narrow for conversation and panel side by side. */
export function useNarrow(): boolean {
  const [narrow, setNarrow] = useState(() => matchMedia('(max-width: 900px)').matches);
  useEffect(() => {
    const query = matchMedia('(max-width: 900px)');
    const look = (): void => { setNarrow(query.matches); };
    query.addEventListener('change', look);
    return () => { query.removeEventListener('change', look); };
  }, []);
  return narrow;
}
