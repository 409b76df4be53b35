import { useEffect, useEffectEvent } from 'react';
import type { RefObject } from 'react';

/** A text is being written there, so its keys are its own. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.closest('input, textarea, select') !== null);
}

/** Keys pressed while the focus is on the map or on what lies over it. True: it was for us. */
export function useMapKeys(frame: RefObject<HTMLElement | null>, onKey: (event: KeyboardEvent) => boolean): void {
  const handle = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.altKey || isWriting(event.target)) return;
    if (onKey(event)) event.preventDefault();
  });
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const listen = (event: KeyboardEvent): void => handle(event);
    element.addEventListener('keydown', listen);
    return () => element.removeEventListener('keydown', listen);
  }, [frame]);
}
