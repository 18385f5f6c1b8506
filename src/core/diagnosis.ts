/** One thing that `lifeboat doctor` looked at. `wrong` wants somebody to act, `note` is worth knowing, `skipped` could not be looked at from here. */
export interface Diagnosis {
  readonly name: string;
  readonly status: 'fine' | 'note' | 'wrong' | 'skipped';
  readonly says: string;
  /** What to do next, with the command where there is one; null where nothing needs doing. */
  readonly remedy: string | null;
}

export const fine = (name: string, says: string): Diagnosis => ({ name, status: 'fine', says, remedy: null });
export const notice = (name: string, says: string, remedy: string | null): Diagnosis => ({ name, status: 'note', says, remedy });
export const wrong = (name: string, says: string, remedy: string): Diagnosis => ({ name, status: 'wrong', says, remedy });
export const skipped = (name: string, says: string, remedy: string): Diagnosis => ({ name, status: 'skipped', says, remedy });
