import Box from '@mui/material/Box';
import ButtonBase from '@mui/material/ButtonBase';
import Skeleton from '@mui/material/Skeleton';
import Tooltip from '@mui/material/Tooltip';
import Typography from '@mui/material/Typography';
import { lazy, Suspense, useCallback, useState } from 'react';
import { useQuery } from 'urql';

import { ageSeconds, formatAge, formatQuantity, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { ErrorLine } from '../../ui/StateMessage';
import { useNow } from '../../ui/useNow';
import { usePolling } from '../../ui/usePolling';
import { visuallyHidden } from '../../ui/visuallyHidden';

import { BAR_KEYS, KpisQuery } from './queries';

const KpiDetail = lazy(() => import('./KpiDetail').then((module) => ({ default: module.KpiDetail })));

const POLL_MS = 30_000;
const HEIGHT_PX = 56;

interface KpiValue {
  key: string;
  label: string;
  value?: number | null;
  unit: string;
  definition: string;
  dataAsOf?: string | null;
  reason?: string | null;
}

interface BarProps {
  timeZone?: string;
  /** Show an asset that a figure is made of. */
  onSelect?: (assetId: string) => void;
}

/** Indicators of the territory; each opens all of itself. An unknown value is a dash with the server's reason, never a zero. */
export function KpiBar({ timeZone, onSelect }: BarProps) {
  const [opened, setOpened] = useState<string | null>(null);
  const [{ data, error, fetching }, refetch] = useQuery({ query: KpisQuery, variables: { keys: BAR_KEYS } });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  usePolling(refresh, POLL_MS);
  const now = useNow();
  const kpis = data?.kpis;

  return (
    <Box
      component="section"
      aria-label="Key indicators"
      aria-busy={fetching}
      data-testid="kpi-bar"
      sx={{
        display: 'flex',
        height: HEIGHT_PX,
        borderBottom: 1,
        borderColor: 'divider',
        bgcolor: 'background.paper',
        overflowX: 'auto',
        scrollbarWidth: 'thin',
        overflowY: 'hidden',
      }}
    >
      {kpis === undefined && error !== undefined && !fetching && (
        <ErrorLine title={`No key indicators. ${problemOf(error).message}`} onRetry={refresh} />
      )}
      {kpis === undefined && (error === undefined || fetching) && <KpiSkeletons />}
      {kpis?.map((kpi) => <KpiTile key={kpi.key} kpi={kpi} nowMs={now} onOpen={() => setOpened(kpi.key)} />)}
      {opened !== null && (
        <Suspense fallback={null}>
          <KpiDetail kpiKey={opened} timeZone={timeZone} onSelect={(assetId) => onSelect?.(assetId)} onClose={() => setOpened(null)} />
        </Suspense>
      )}
    </Box>
  );
}

/** A tile has little room: the whole unit is in what it opens. */
function shortUnit(unit: string): string {
  return unit === 'interruptions per customer' ? '' : unit.replace(/ per customer$/, '');
}

function KpiTile({ kpi, nowMs, onOpen }: { kpi: KpiValue; nowMs: number; onOpen: () => void }) {
  const age = ageSeconds(kpi.dataAsOf, nowMs);
  const text = formatQuantity(kpi.value, shortUnit(kpi.unit));
  const isUnknown = text === UNKNOWN;
  const reason = kpi.reason ?? 'The server gave no reason.';
  return (
    <Tooltip
      title={
        <>
          <div>{kpi.definition}</div>
          {isUnknown && <div>Not known: {reason}</div>}
          <div>{age === null ? 'Age of the data unknown.' : `Data ${formatAge(age)} old.`}</div>
        </>
      }
    >
      <ButtonBase
        onClick={onOpen}
        aria-haspopup="dialog"
        data-testid={`kpi-${kpi.key}`}
        sx={{
          display: 'block',
          px: 1.5,
          py: 0.75,
          minWidth: 96,
          borderRight: 1,
          borderColor: 'divider',
          flex: '0 0 auto',
          textAlign: 'left',
          '&:hover': { bgcolor: 'action.hover' },
          '&:focus-visible': { outlineOffset: -3 },
        }}
      >
        <Typography variant="caption" component="div" color="textSecondary" noWrap>
          {kpi.label}
        </Typography>
        <Typography variant="h2" component="div" noWrap color={isUnknown ? 'textSecondary' : 'textPrimary'}>
          <span aria-hidden={isUnknown}>{text}</span>
          {isUnknown && (
            <Box component="span" sx={visuallyHidden}>
              not known:{' '}
            </Box>
          )}
          {isUnknown && (
            <Typography variant="caption" component="span" color="textSecondary" sx={{ ml: 0.75 }}>
              {reason}
            </Typography>
          )}
        </Typography>
      </ButtonBase>
    </Tooltip>
  );
}

function KpiSkeletons() {
  return (
    <>
      {[0, 1, 2, 3, 4].map((slot) => (
        <Box key={slot} sx={{ px: 2, py: 0.75, minWidth: 116, borderRight: 1, borderColor: 'divider' }}>
          <Skeleton width={80} height={18} />
          <Skeleton width={56} height={22} />
        </Box>
      ))}
    </>
  );
}
