import { rememberedStore } from '../../lib/remembered';

/** One thing the palette offers. */
export interface PaletteItem {
  id: string;
  group: string;
  label: string;
  detail?: string;
  /** Words by which it is found beside its label. */
  keywords?: string;
  /** Where it leads; such an item is remembered. */
  href?: string;
  run: () => void;
}

/** How well a label answers what was typed: 0 at its start, 1 at a word's start, 2 within; null: not at all. Every word must be found. */
export function rank(item: Pick<PaletteItem, 'label' | 'keywords' | 'group'>, text: string): number | null {
  const words = text.toLowerCase().split(/\s+/).filter((word) => word !== '');
  const label = item.label.toLowerCase();
  const all = `${label} ${(item.keywords ?? '').toLowerCase()} ${item.group.toLowerCase()}`;
  let worst = 0;
  for (const word of words) {
    if (label.startsWith(word)) continue;
    if (all.includes(` ${word}`)) worst = Math.max(worst, 1);
    else if (all.includes(word)) worst = Math.max(worst, 2);
    else return null;
  }
  return worst;
}

/** The items that answer what was typed, the best first, within their groups' order. */
export function matching(items: readonly PaletteItem[], text: string): PaletteItem[] {
  return items
    .map((item, index) => ({ item, index, at: rank(item, text) }))
    .filter((each): each is { item: PaletteItem; index: number; at: number } => each.at !== null)
    .sort((a, b) => a.at - b.at || a.index - b.index)
    .map(({ item }) => item);
}

export interface Recent {
  label: string;
  detail: string;
  href: string;
}

const MOST_RECENT = 8;

function readRecent(stored: unknown): readonly Recent[] | null {
  if (!Array.isArray(stored)) return null;
  return stored
    .filter(
      (each): each is Recent =>
        typeof each === 'object' && each !== null && ['label', 'detail', 'href'].every((name) => typeof (each as Record<string, unknown>)[name] === 'string'),
    )
    .filter((each) => each.href.startsWith('/') && !each.href.startsWith('//'))
    .slice(0, MOST_RECENT);
}

/** What was opened last from the palette in this browser. Customers are never among it. */
export const recentItems = rememberedStore<readonly Recent[]>('flux.recent', [], readRecent);

export function remember(recent: Recent): void {
  recentItems.set((before) => [recent, ...before.filter((each) => each.href !== recent.href)].slice(0, MOST_RECENT));
}
