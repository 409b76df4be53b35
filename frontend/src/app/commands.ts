import { openPanel } from '../features/assistant';
import type { PaletteItem } from '../features/palette';
import { copyText } from '../lib/download';
import { navigate } from '../lib/location';
import { markSeen, notices, tellChange } from '../lib/notices';
import { preferences } from '../lib/preferences';
import type { Preferences } from '../lib/preferences';
import { wish } from '../lib/wishes';

import { dialogs } from './dialogs';
import { dataPath, WORKSPACES } from './routes';
import type { DataPart, Workspace } from './routes';

const DATA_PAGES: readonly (readonly [DataPart, string, string])[] = [
  ['jobs', 'Jobs', 'running finished failed'],
  ['layers', 'Layers and syncs', 'freshness sources'],
  ['imports', 'Imports', 'files upload'],
  ['exports', 'Exports', 'download'],
  ['quality', 'Data quality', 'findings'],
  ['delivery', 'Delivery', 'outbox streams'],
];

/** What the palette offers beside what is found: workspaces, then commands. What the account may not do is left out. */
export function commandsOf(permissions: readonly string[], targetOf: (workspace: Workspace) => string): PaletteItem[] {
  const may = new Set(permissions);
  const go = (id: string, label: string, href: string, keywords = ''): PaletteItem => ({
    id,
    group: 'Go to',
    label,
    keywords: `go open workspace ${keywords}`,
    run: () => navigate(href),
  });
  const command = (id: string, label: string, keywords: string, run: () => void): PaletteItem => ({ id, group: 'Commands', label, keywords, run });
  const prefer = (id: string, label: string, keywords: string, change: Partial<Preferences>): PaletteItem =>
    command(id, label, keywords, () => preferences.set((before) => ({ ...before, ...change })));
  return [
    ...WORKSPACES.map((workspace) => go(workspace.key, workspace.label, targetOf(workspace))),
    go('runs', 'Cascade runs', '/cascade/runs', 'results list'),
    go('orders', 'Work orders', '/outages?tab=orders', 'crews'),
    go('reliability', 'Reliability', '/outages?tab=reliability', 'saidi saifi caidi ieee 1366'),
    ...DATA_PAGES.map(([part, label, keywords]) => go(`data/${part}`, label, dataPath(part, null), keywords)),
    ...(may.has('cascade.add_cascaderun')
      ? [command('run', 'Start a cascade run', 'simulate fail new', () => navigate('/cascade'))]
      : []),
    ...(may.has('grid.add_outage')
      ? [
          command('report', 'Report an outage', 'new outage call', () => {
            navigate('/outages');
            wish('report-outage');
          }),
        ]
      : []),
    ...(may.has('agent.use_assistant') ? [command('ask', 'Ask the assistant', 'chat question', openPanel)] : []),
    command('save-view', 'Save this view', 'bookmark keep', () => dialogs.set('save-view')),
    command('views', 'Manage saved views', 'rename delete share default', () => dialogs.set('views')),
    command('copy-link', 'Copy the link of this view', 'share address url', () => void copyLink()),
    command('print', 'Print or save as PDF', 'report paper', () => dialogs.set('print')),
    command('seen', 'Mark all notices as seen', 'read clear bell', () => markSeen(notices.get().map((notice) => notice.id))),
    prefer('dark', 'Dark colours', 'theme night mode', { scheme: 'dark' }),
    prefer('light', 'Light colours', 'theme day mode', { scheme: 'light' }),
    prefer('system', 'Colours as the system', 'theme mode', { scheme: 'system' }),
    prefer('us', 'Units: feet, miles, °F', 'us imperial', { units: 'us' }),
    prefer('metric', 'Units: metres, km, °C', 'metric si celsius', { units: 'metric' }),
  ];
}

async function copyLink(): Promise<void> {
  const isCopied = await copyText(window.location.href);
  tellChange(
    isCopied
      ? { severity: 'success', text: 'The link is on the clipboard' }
      : { severity: 'error', text: 'The browser does not let the link onto the clipboard. Copy it from the address bar.' },
  );
}
