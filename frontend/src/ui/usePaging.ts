import { useState } from 'react';

interface PageInfo {
  hasNextPage: boolean;
  endCursor?: string | null;
}

interface Steps {
  onBefore: (() => void) | null;
  onNext: (() => void) | null;
}

export interface Paging {
  /** What the page is asked for with. */
  after: string | null;
  /** From 0. */
  page: number;
  /** The ways from this page, as a pager takes them. */
  steps: (pageInfo: PageInfo) => Steps;
}

const NONE: readonly string[] = [];

/** A page of a connection; it begins anew when `key`, what is asked for, changes. */
export function usePaging(key: string): Paging {
  const [state, setState] = useState({ key, cursors: NONE });
  const cursors = state.key === key ? state.cursors : NONE;
  const steps = ({ hasNextPage, endCursor }: PageInfo): Steps => ({
    onBefore: cursors.length === 0 ? null : () => setState({ key, cursors: cursors.slice(0, -1) }),
    onNext: !hasNextPage || endCursor == null ? null : () => setState({ key, cursors: [...cursors, endCursor] }),
  });
  return { after: cursors.at(-1) ?? null, page: cursors.length, steps };
}
