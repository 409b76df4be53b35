import { lazy, Suspense } from 'react';

import { LoadingState } from '../../ui/StateMessage';
import type { CascadePage } from '../routes';
import type { Site } from '../site';

import { RunsPage } from './RunsPage';

const ScreeningPage = lazy(() => import('./ScreeningPage').then((module) => ({ default: module.ScreeningPage })));
const ComparePage = lazy(() => import('./ComparePage').then((module) => ({ default: module.ComparePage })));
const DecisionsPage = lazy(() => import('./DecisionsPage').then((module) => ({ default: module.DecisionsPage })));
const ReportPage = lazy(() => import('./ReportPage').then((module) => ({ default: module.ReportPage })));

/** The pages of the cascade lab that have no map workspace. */
export function CascadePages({ page, site }: { page: CascadePage; site: Site }) {
  return (
    <Suspense fallback={<LoadingState label="Loading the page" minHeight={320} />}>
      {page === 'runs' && <RunsPage timeZone={site.timeZone} />}
      {page === 'screening' && <ScreeningPage timeZone={site.timeZone} />}
      {page === 'compare' && <ComparePage site={site} />}
      {page === 'decisions' && <DecisionsPage timeZone={site.timeZone} />}
      {page === 'report' && <ReportPage timeZone={site.timeZone} />}
    </Suspense>
  );
}
