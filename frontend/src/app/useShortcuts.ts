import { useEffect } from 'react';

import { dialogs } from './dialogs';

/** Ctrl+K or ⌘K anywhere, the slash where nothing is being typed, and Ctrl+P for a report instead of the bare page. */
export function useShortcuts(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isControl = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
      const key = event.key.toLowerCase();
      if (isControl && key === 'k') open(event, 'palette');
      else if (isControl && key === 'p') open(event, 'print');
      else if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target)) open(event, 'palette');
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
}

function open(event: KeyboardEvent, key: 'palette' | 'print'): void {
  event.preventDefault();
  dialogs.set((shown) => (shown === key ? null : key));
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}
