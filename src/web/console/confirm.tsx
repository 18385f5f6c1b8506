import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

interface Props { readonly title: string; readonly children: ComponentChildren; readonly accept: string; readonly deny: string | null; readonly danger: boolean; readonly onClose: (accepted: boolean) => void }

/** A question before something that cannot be taken back. The safe answer has the focus; Escape is the safe answer too. */
export function ConfirmDialog({ title, children, accept, deny, danger, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      // Closed first: while it is open, nothing outside of it can take the focus.
      shown?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog ref={dialog} aria-labelledby="confirm-title" onCancel={(event) => { event.preventDefault(); onClose(false); }}>
      <h2 id="confirm-title">{title}</h2>
      <div class="dialog-text">{children}</div>
      <div class="actions spread">
        {deny === null ? null : <button type="button" autofocus onClick={() => { onClose(false); }}>{deny}</button>}
        <button type="button" class={danger ? 'danger' : 'primary'} onClick={() => { onClose(true); }}>{accept}</button>
      </div>
    </dialog>
  );
}
