export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Does what it is given one after the other, in the order in which it was asked; a failure is its caller's alone. */
export function createInTurn(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined);
    return next;
  };
}
