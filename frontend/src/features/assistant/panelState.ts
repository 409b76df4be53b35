import { rememberedStore } from '../../lib/remembered';
import { createStore } from '../../lib/store';

import type { AssetRef } from './events';
import { numberIn, objectIn, textIn } from './json';

/** How the panel stands: what the browser remembers of it. */
export interface PanelState {
  isOpen: boolean;
  /** Wished for; where the window is too narrow the panel lies over the page. */
  isDocked: boolean;
  widthPx: number;
  /** The conversation shown; null: a new one. */
  threadId: string | null;
}

export const MIN_WIDTH_PX = 320;
export const MAX_WIDTH_PX = 900;
const DEFAULT: PanelState = { isOpen: false, isDocked: true, widthPx: 420, threadId: null };

export function clampWidth(widthPx: number): number {
  return Math.round(Math.min(MAX_WIDTH_PX, Math.max(MIN_WIDTH_PX, widthPx)));
}

export function readPanelState(stored: unknown): PanelState | null {
  const found = objectIn(stored);
  if (found === null) return null;
  return {
    isOpen: found.isOpen === true,
    isDocked: found.isDocked !== false,
    widthPx: clampWidth(numberIn(found.widthPx) ?? DEFAULT.widthPx),
    threadId: textIn(found.threadId),
  };
}

export const panelState = rememberedStore<PanelState>('flux.assistant', DEFAULT, readPanelState);

export function patchPanel(change: Partial<PanelState>): void {
  panelState.set((state) => ({ ...state, ...change }));
}

/** Assets of the answer last looked at, for the map to mark. Empty while the panel is closed. */
export const mentionedAssets = createStore<readonly AssetRef[]>([]);

/** Asks the panel to take the focus; a number, so that each wish is a new one. */
export const focusWish = createStore(0);

export function openPanel(): void {
  patchPanel({ isOpen: true });
  focusWish.set((count) => count + 1);
}

export function closePanel(): void {
  patchPanel({ isOpen: false });
  mentionedAssets.set([]);
  document.getElementById(BUTTON_ID)?.focus();
}

/** The header's button, to which the focus returns. */
export const BUTTON_ID = 'assistant-button';
export const PANEL_ID = 'assistant-panel';

/** Whoever signs in next begins with a conversation of their own. */
export function forgetConversation(): void {
  patchPanel({ threadId: null });
  mentionedAssets.set([]);
}

/** A question that another part of the application puts into the box; it is sent by the user. */
export const questionWish = createStore<string | null>(null);

/** Open the panel with a question in its box. */
export function askAssistant(question: string): void {
  questionWish.set(question);
  openPanel();
}
