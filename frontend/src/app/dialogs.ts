import { createStore } from '../lib/store';

/** What lies over the page, at most one thing. `print`: the page is being made ready for paper. */
export type DialogKey = 'palette' | 'save-view' | 'views' | 'print';

export const dialogs = createStore<DialogKey | null>(null);
