import { maySee } from './common/permissions';
import type { Account } from './common/permissions';

/** The parts of the workspace, in the order of their links. */
export const DATA_PARTS = ['jobs', 'layers', 'imports', 'exports', 'quality', 'delivery'] as const;

export type DataPart = (typeof DATA_PARTS)[number];

const LABELS: Readonly<Record<DataPart, string>> = {
  jobs: 'Jobs',
  layers: 'Sync layers',
  imports: 'Imports',
  exports: 'Exports',
  quality: 'Data quality',
  delivery: 'Delivery & streams',
};

/** What an account needs to see a part; any of them is enough. Everybody sees their own jobs. */
const NEEDED: Readonly<Record<DataPart, readonly string[]>> = {
  jobs: [],
  layers: ['grid.view_synclayer'],
  imports: ['grid.view_fileimport'],
  exports: ['grid.view_fileexport'],
  quality: ['grid.view_dataqualityfinding'],
  delivery: ['grid.view_outboxevent', 'grid.view_streamconsumer'],
};

export function labelOfPart(part: DataPart): string {
  return LABELS[part];
}

export function maySeePart(account: Account, part: DataPart): boolean {
  const needed = NEEDED[part];
  return needed.length === 0 || needed.some((permission) => maySee(account, permission));
}
