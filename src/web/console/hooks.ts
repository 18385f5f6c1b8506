import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiError, get } from './api.js';

export interface Resource<T> { readonly data: T | null; readonly problem: ApiError | null; readonly reload: () => void }

const gatherMs = 250;

/** Loads a read model, and again (gathered) each time `version` grows. What was shown stays until the new answer is here. */
export function useResource<T>(path: string, version: number): Resource<T> {
  const [answer, setAnswer] = useState<{ path: string; data: T | null; problem: ApiError | null }>({ path, data: null, problem: null });
  const [asked, setAsked] = useState(0);
  const loadedPath = useRef('');
  useEffect(() => {
    let current = true;
    const load = (): void => {
      loadedPath.current = path;
      get<T>(path).then(
        (data) => { if (current) setAnswer({ path, data, problem: null }); },
        (error: unknown) => { if (current && error instanceof ApiError) setAnswer((old) => ({ path, data: old.path === path ? old.data : null, problem: error })); },
      );
    };
    const timer = setTimeout(load, loadedPath.current === path ? gatherMs : 0);
    return () => { current = false; clearTimeout(timer); };
  }, [path, version, asked]);
  const reload = useCallback(() => { setAsked((count) => count + 1); }, []);
  const fits = answer.path === path;
  return { data: fits ? answer.data : null, problem: fits ? answer.problem : null, reload };
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
