import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import { lazy, Suspense, useCallback, useState } from 'react';
import { useQuery } from 'urql';

import { ageSeconds } from '../../lib/format';
import { linkState } from '../../lib/graphql/subscriptions';
import { useStore } from '../../lib/store';
import { usePersisting } from '../../lib/usePersisting';
import { useNow } from '../../ui/useNow';
import { usePolling } from '../../ui/usePolling';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { ToneMark } from './ToneMark';
import { DataAgeQuery, HealthQuery, ReadingAgeQuery } from './queries';
import { liveSummary, readingText, summarize, syncSummary, worst } from './summary';
import type { Summary } from './summary';

const StatusPopover = lazy(() => import('./StatusPopover').then((module) => ({ default: module.StatusPopover })));

const HEALTH_POLL_MS = 15_000;
const AGE_POLL_MS = 60_000;
/** A socket that is back at once was not missed. */
const LOST_AFTER_MS = 3_000;

interface Props {
  /** Of the account. */
  permissions: readonly string[];
  /** Path of a layer of the data. */
  pathOf: (layer: string) => string;
}

/** Whether all is well: the services, the live link, and when data were last synced. More of each in its popover. */
export function StatusButton({ permissions, pathOf }: Props) {
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const now = useNow();
  const [health, askHealth] = useQuery({ query: HealthQuery, requestPolicy: 'cache-and-network' });
  usePolling(useCallback(() => askHealth({ requestPolicy: 'network-only' }), [askHealth]), HEALTH_POLL_MS);
  const [{ data }, askAge] = useQuery({ query: DataAgeQuery });
  const mayReadLoads = permissions.includes('grid.view_outage');
  const [readings, askReadings] = useQuery({ query: ReadingAgeQuery, pause: !mayReadLoads });
  const askAges = useCallback(() => {
    askAge({ requestPolicy: 'network-only' });
    if (mayReadLoads) askReadings({ requestPolicy: 'network-only' });
  }, [askAge, askReadings, mayReadLoads]);
  usePolling(askAges, AGE_POLL_MS);
  const link = useStore(linkState);
  const isLost = usePersisting(link === 'closed' || link === 'connecting', LOST_AFTER_MS);

  const services: Summary =
    health.error !== undefined
      ? { label: 'Server not reachable', tone: 'bad' }
      : health.data?.health === undefined
        ? { label: 'Checking', tone: 'unknown' }
        : summarize(health.data.health.status, health.data.health.services);
  const live = liveSummary(link, isLost);
  const layers = data?.mapLayers ?? [];
  const ages = layers.map((layer) => ageSeconds(layer.confirmedAt, now)).filter((age) => age !== null);
  const isTooOld = layers.some((layer) => layer.isTooOld === true);
  const oldest = ages.length > 0 ? Math.max(...ages) : null;
  const age = syncSummary(oldest, isTooOld);
  const newestReading = mayReadLoads ? readingText(ageSeconds(readings.data?.kpis[0]?.dataAsOf, now)) : null;
  const [state, named] = services.label.split(':');
  // What is well need not be read: its mark is enough.
  const isQuiet = services.tone === 'good' || services.tone === 'unknown';
  return (
    <>
      <ButtonBase
        onClick={(event) => setAnchor(event.currentTarget)}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        data-testid="status-button"
        title={`${services.label}. Live updates: ${live.label.toLowerCase()}. ${[age.label, ...(newestReading === null ? [] : [newestReading])].join(', ')}.`}
        sx={{ gap: 0.75, px: 0.75, height: 32, borderRadius: 1, fontFamily: 'inherit', fontSize: '0.75rem', color: 'text.secondary', whiteSpace: 'nowrap', flexShrink: 0 }}
      >
        <ToneMark tone={worst([services.tone, live.tone === 'unknown' ? 'good' : live.tone, age.tone])} />
        <Box component="span" data-testid="health" data-status={health.error === undefined ? (health.data?.health.status ?? 'UNKNOWN') : 'UNREACHABLE'} sx={isQuiet ? visuallyHidden : { color: 'error.main' }}>
          {state}
          {named !== undefined && (
            // Where there is little room the way to the workspaces goes first: the popover names them.
            <Box component="span" sx={{ '@media (max-width: 1500px)': visuallyHidden }}>
              :{named}
            </Box>
          )}
        </Box>
        <Box component="span" data-testid="live" data-state={link} sx={live.label === 'Reconnecting' ? { color: 'error.main' } : visuallyHidden}>
          {live.label}
        </Box>
        <Box
          component="span"
          data-testid="data-age"
          data-too-old={isTooOld}
          sx={{ color: isTooOld ? 'warning.main' : undefined, '@media (max-width: 1100px)': isTooOld ? {} : visuallyHidden }}
        >
          {age.label}
        </Box>
      </ButtonBase>
      <Box component="span" role="status" sx={visuallyHidden}>
        {services.tone === 'good' ? '' : services.label}
        {isLost && ' Live updates are away.'}
      </Box>
      {anchor !== null && (
        <Suspense fallback={null}>
          <StatusPopover
            anchor={anchor}
            services={health.error === undefined ? (health.data?.health.services ?? []) : []}
            summary={services}
            live={live}
            layers={layers}
            newestReading={newestReading}
            maySeeSources={permissions.includes('grid.view_synclayer')}
            maySeeStreams={permissions.includes('grid.view_streamconsumer')}
            pathOf={pathOf}
            onClose={() => setAnchor(null)}
          />
        </Suspense>
      )}
    </>
  );
}
