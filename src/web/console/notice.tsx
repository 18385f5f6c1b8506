import type { ApiError } from './api.js';

/** What went wrong, what it means, what to do next. */
export function ProblemNote({ problem }: { readonly problem: ApiError }) {
  return (
    <p class="notice problem" role="alert">
      <span aria-hidden="true">✕ </span>{problem.what} {problem.next}{problem.command === null ? null : <> <code>{problem.command}</code></>}
    </p>
  );
}

export const Waiting = ({ what }: { readonly what: string }) => <p class="quiet">Loading {what} …</p>;
export const Nothing = ({ children }: { readonly children: string }) => <p class="empty">{children}</p>;
