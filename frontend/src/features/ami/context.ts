import type { AmiView, Scope } from './address';
import type { Period } from './days';

/** What every tab is given. */
export interface TabProps {
  view: AmiView;
  period: Period;
  /** Permissions of the account. */
  may: ReadonlySet<string>;
  timeZone: string | undefined;
  change: (part: Partial<AmiView>) => void;
  /** Go down to a part; what is grouped by follows. */
  enter: (scope: Scope) => void;
  showOnMap: (assetId: string) => void;
}

/** `ami-use-CIRCUIT-CKT-1-RESIDENTIAL-2026-11-01-2026-11-14`: a file says what is in it. */
export function fileName(what: string, { scope, customerClass }: AmiView, { firstDay, lastDay }: Period): string {
  const parts = ['ami', what, scope?.kind, scope?.id, customerClass, firstDay, lastDay];
  return parts
    .filter((part) => part != null)
    .join('-')
    .replace(/[^A-Za-z0-9_.-]+/g, '-')
    .toLowerCase();
}
