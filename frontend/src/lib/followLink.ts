import type { MouseEvent } from 'react';

import { navigate } from './location';

/** Follow a link without loading the page anew; a new tab stays a new tab. */
export function followLink(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || event.button !== 0) return;
  event.preventDefault();
  navigate(event.currentTarget.getAttribute('href') ?? '/');
}
