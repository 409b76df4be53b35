import type { MouseEvent } from 'react';

import { navigate } from '../../../lib/location';

/** Follow a link without loading the page anew; a new tab stays a new tab. */
export function followLink(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(event.currentTarget.getAttribute('href') ?? '/');
}
