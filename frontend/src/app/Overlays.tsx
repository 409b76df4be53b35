import { lazy, Suspense, useMemo } from 'react';
import { useQuery } from 'urql';

import { DataAges } from '../features/health';
import { Toasts, Watcher } from '../features/notices/live';
import { ViewerQuery } from '../features/session';
import { useStore } from '../lib/store';

import { dialogs } from './dialogs';
import { openAddress } from './openAddress';
import { dataPath, jobPath, titleOf } from './routes';
import type { Route, Workspace } from './routes';
import type { Site } from './site';

const Palette = lazy(() => import('./Palette').then((module) => ({ default: module.Palette })));
const SaveViewDialog = lazy(() => import('../features/views').then((module) => ({ default: module.SaveViewDialog })));
const ViewsDialog = lazy(() => import('../features/views').then((module) => ({ default: module.ViewsDialog })));
const PrintReport = lazy(() => import('../features/report').then((module) => ({ default: module.PrintReport })));

const LINKS = {
  layer: (key: string): string => dataPath('layers', key),
  outage: (assetId: string): string => `/outages?sel=${encodeURIComponent(assetId)}`,
  job: (jobId: string): string => jobPath(jobId),
};

export interface OverlaysProps {
  site: Site | null;
  route: Route;
  targetOf: (workspace: Workspace) => string;
}

/** What lies over any page: notices, the palette, saved views, and the report for paper. */
export function Overlays({ site, route, targetOf }: OverlaysProps) {
  const [{ data }] = useQuery({ query: ViewerQuery });
  const shown = useStore(dialogs);
  const viewer = data?.viewer;
  const permissions = useMemo(() => viewer?.permissions ?? [], [viewer]);
  if (viewer === undefined) return null;
  const close = (): void => dialogs.set(null);
  const address = window.location.pathname + window.location.search;
  const mayShare = permissions.includes('api.share_savedview');
  return (
    <>
      <Watcher username={viewer.username} permissions={permissions} links={LINKS} />
      <Toasts />
      <Suspense fallback={null}>
        {shown === 'palette' && <Palette site={site} route={route} permissions={permissions} targetOf={targetOf} onClose={close} />}
        {shown === 'save-view' && <SaveViewDialog address={address} suggestion={titleOf(route)} mayShare={mayShare} onClose={close} />}
        {shown === 'views' && (
          <ViewsDialog
            mayShare={mayShare}
            onOpen={(target) => {
              close();
              openAddress(target);
            }}
            onSave={() => dialogs.set('save-view')}
            onClose={close}
          />
        )}
        {shown === 'print' && (
          <DataAges>
            {(confirmedAt) => (
              <PrintReport
                title={titleOf(route)}
                territory={site?.territoryName ?? ''}
                username={viewer.username}
                timeZone={site?.timeZone}
                confirmedAt={confirmedAt}
                onDone={close}
              />
            )}
          </DataAges>
        )}
      </Suspense>
    </>
  );
}
