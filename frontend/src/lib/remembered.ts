import { createStore } from './store';
import type { Store } from './store';

/**
 * A store that this browser remembers.
 *
 * What was written by another version, or cannot be read at all, counts as nothing.
 */
export function rememberedStore<T>(key: string, initial: T, read: (stored: unknown) => T | null): Store<T> {
  const store = createStore<T>(stored(key, read) ?? initial);
  store.subscribe(() => {
    try {
      window.localStorage.setItem(key, JSON.stringify(store.get()));
    } catch {
      // Storage is full or forbidden: then it lasts as long as the page.
    }
  });
  return store;
}

function stored<T>(key: string, read: (value: unknown) => T | null): T | null {
  try {
    const text = window.localStorage.getItem(key);
    return text === null ? null : read(JSON.parse(text));
  } catch {
    return null;
  }
}
