import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Drawer from '@mui/material/Drawer';
import IconButton from '@mui/material/IconButton';
import Link from '@mui/material/Link';
import Typography from '@mui/material/Typography';
import type { MouseEvent, ReactNode } from 'react';
import { useQuery } from 'urql';

import { csvOf, saveCsv } from '../../lib/csv';
import { followLink } from '../../lib/followLink';
import { ageSeconds, formatAge, formatInstant, formatQuantity, UNKNOWN } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { FactList } from '../../ui/FactList';
import { LineTrend } from '../../ui/LineTrend';
import { ErrorState, LoadingState } from '../../ui/StateMessage';
import { CloseIcon } from '../../ui/icons';
import { useNow } from '../../ui/useNow';

import { KpiParts } from './KpiParts';
import { aboutKpi } from './about';
import { KpiTrendQuery } from './queries';
import type { KpiWithTrend } from './queries';

interface Props {
  kpiKey: string;
  timeZone: string | undefined;
  /** Show an asset of the parts. */
  onSelect: (assetId: string) => void;
  onClose: () => void;
}

/** All of one figure: what it is, how it is computed, how old its data is, how it went, and what it is made of. */
export function KpiDetail({ kpiKey, timeZone, onSelect, onClose }: Props) {
  const [{ data, error, fetching }, ask] = useQuery({ query: KpiTrendQuery, variables: { key: kpiKey }, requestPolicy: 'cache-and-network' });
  const kpi = data?.kpis.find((each) => each.key === kpiKey);
  const about = aboutKpi(kpiKey);
  return (
    <Drawer
      anchor="right"
      open
      onClose={onClose}
      slotProps={{ paper: { role: 'dialog', 'aria-label': kpi?.label ?? 'Figure', sx: { width: 440, maxWidth: '96vw', p: 2 } } }}
      data-testid="kpi-detail"
    >
      <Box sx={{ display: 'flex', alignItems: 'flex-start' }}>
        <Typography variant="h1" component="h2" sx={{ flex: 1 }}>
          {kpi?.label ?? 'Loading the figure'}
        </Typography>
        <IconButton aria-label="Close" onClick={onClose} autoFocus>
          <CloseIcon />
        </IconButton>
      </Box>
      {kpi === undefined ? (
        error !== undefined && !fetching ? (
          <ErrorState title={problemOf(error).message} onRetry={() => ask({ requestPolicy: 'network-only' })} />
        ) : (
          <LoadingState label="Loading the figure" minHeight={240} />
        )
      ) : (
        <>
          <Facts kpi={kpi} timeZone={timeZone} formula={about.formula} standard={about.standard} />
          <Part title="The last seven days">
            <Trend kpi={kpi} timeZone={timeZone} />
          </Part>
          {about.parts !== null && (
            <ErrorBoundary name="The parts of the figure">
              <KpiParts
                parts={about.parts}
                kpiKey={kpiKey}
                onSelect={(assetId) => {
                  onClose();
                  onSelect(assetId);
                }}
              />
            </ErrorBoundary>
          )}
          {about.link !== null && (
            <Link
              href={about.link.href}
              onClick={(event: MouseEvent<HTMLAnchorElement>) => {
                onClose();
                followLink(event);
              }}
              sx={{ mt: 2, alignSelf: 'flex-start' }}
            >
              Open {about.link.label}
            </Link>
          )}
        </>
      )}
    </Drawer>
  );
}

function Facts({ kpi, timeZone, formula, standard }: { kpi: KpiWithTrend; timeZone: string | undefined; formula: string; standard: string | null }) {
  const now = useNow();
  const age = ageSeconds(kpi.dataAsOf, now);
  return (
    <>
      <Typography component="p" sx={{ fontSize: '1.75rem', fontWeight: 500 }} data-testid="kpi-value">
        {formatQuantity(kpi.value, kpi.unit)}
      </Typography>
      {kpi.value == null && (
        <Typography variant="body2" color="textSecondary">
          Not known: {kpi.reason ?? 'the server gave no reason.'}
        </Typography>
      )}
      <Typography variant="body2" sx={{ my: 1 }} data-testid="kpi-definition">
        {kpi.definition}
      </Typography>
      <FactList
        facts={[
          ...(formula === '' ? [] : [{ label: 'Computed as', value: formula }]),
          ...(standard === null ? [] : [{ label: 'Standard', value: standard }]),
          { label: 'Data of', value: age === null ? UNKNOWN : `${formatInstant(kpi.dataAsOf, timeZone)}, ${formatAge(age)} old` },
          ...(kpi.coveragePct == null ? [] : [{ label: 'Metered', value: `${formatQuantity(kpi.coveragePct, '%')} of all meters’ time` }]),
          { label: 'A day before', value: compared(kpi, kpi.trend.dayAgo) },
          { label: 'A week before', value: compared(kpi, kpi.trend.weekAgo) },
        ]}
      />
    </>
  );
}

/** A value of before and how far the present one is from it. */
export function compared({ value, unit }: { value: number | null; unit: string }, before: number | null): string {
  if (before === null) return UNKNOWN;
  const then = formatQuantity(before, unit);
  if (value === null) return then;
  const change = value - before;
  if (change === 0) return `${then}, unchanged`;
  return `${then}, now ${formatQuantity(Math.abs(change), unit)} ${change > 0 ? 'more' : 'less'}`;
}

function Trend({ kpi, timeZone }: { kpi: KpiWithTrend; timeZone: string | undefined }) {
  const { at, values, reason, source } = kpi.trend;
  if (values.every((value) => value === null)) {
    return (
      <Typography variant="body2" color="textSecondary">
        How it went is not known: {reason ?? 'nothing is on record.'}
      </Typography>
    );
  }
  return (
    <>
      <LineTrend at={at} values={values} unit={kpi.unit} name={kpi.label} timeZone={timeZone} />
      <Box sx={{ display: 'flex', alignItems: 'center', justifyContent: 'space-between' }}>
        <Typography variant="caption" color="textSecondary">
          {source === 'HISTORY' ? 'Computed for each moment from what is on record.' : 'Samples taken every five minutes.'}
        </Typography>
        <Button onClick={() => saveCsv(kpi.key, csvOf(['at', `${kpi.key} (${kpi.unit})`], at.map((moment, index) => [moment, values[index]])))}>
          CSV
        </Button>
      </Box>
    </>
  );
}

export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Box component="section" aria-label={title} sx={{ mt: 2 }}>
      <Typography variant="overline" component="h3" color="textSecondary">
        {title}
      </Typography>
      {children}
    </Box>
  );
}
