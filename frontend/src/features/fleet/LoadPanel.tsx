import ToggleButton from '@mui/material/ToggleButton';
import ToggleButtonGroup from '@mui/material/ToggleButtonGroup';
import Typography from '@mui/material/Typography';
import { lazy, Suspense, useMemo } from 'react';
import { useQuery } from 'urql';

import { formatInstant, formatNumber, formatQuantity } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { ErrorBoundary } from '../../ui/ErrorBoundary';
import { FactList } from '../../ui/FactList';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';

import { Panel } from './Panel';
import { DAYS, periodOf } from './period';
import type { Days } from './period';
import { AgeingQuery } from './transformerQueries';
import type { Transformer } from './transformerQueries';
import { formatFactor } from './words';

const TransformerLoadChart = lazy(() =>
  import('../../ui/TransformerLoadChart').then((module) => ({ default: module.TransformerLoadChart })),
);

const CHART_PX = 240;

interface Props {
  transformer: Transformer;
  days: Days;
  onDays: (days: Days) => void;
  timeZone: string | undefined;
}

/** Load against the rating, with the hot spot, over the chosen days. */
export function LoadPanel({ transformer, days, onDays, timeZone }: Props) {
  return (
    <Panel
      title="Load and hot spot"
      testId="transformer-load"
      action={
        <ToggleButtonGroup
          exclusive
          size="small"
          value={days}
          onChange={(_event, next: Days | null) => next !== null && onDays(next)}
          aria-label="Days up to the newest hour"
          sx={{ '& .MuiToggleButton-root': { py: 0.125, px: 1, textTransform: 'none' } }}
        >
          {DAYS.map((each) => (
            <ToggleButton key={each} value={each}>
              {formatQuantity(each, 'd')}
            </ToggleButton>
          ))}
        </ToggleButtonGroup>
      }
    >
      <ErrorBoundary name="The load chart">
        <Suspense fallback={<LoadingState label="Loading the chart" minHeight={CHART_PX} />}>
          <TransformerLoadChart
            assetId={transformer.assetId}
            ratedKva={transformer.ratedKva}
            heightPx={CHART_PX}
            timeZone={timeZone}
            days={days}
          />
        </Suspense>
      </ErrorBoundary>
    </Panel>
  );
}

/** What the same days used up of the insulation's life, by IEEE C57.91. */
export function AgeingPanel({ transformer, days, timeZone }: Omit<Props, 'onDays'>) {
  const newest = transformer.latestLoad?.loadHour ?? null;
  return (
    <Panel title="Ageing of the insulation" testId="transformer-ageing">
      {newest === null ? (
        <EmptyState title="Not known" detail="No hour of its load is on record." />
      ) : (
        <Ageing transformer={transformer} days={days} newest={newest} timeZone={timeZone} />
      )}
    </Panel>
  );
}

function Ageing({ transformer, days, newest, timeZone }: { newest: string } & Omit<Props, 'onDays'>) {
  const { start, end, hours } = useMemo(() => periodOf(newest, days), [newest, days]);
  const [{ data, error, fetching }, refetch] = useQuery({
    query: AgeingQuery,
    variables: { assetId: transformer.assetId, start, end },
  });
  const ageing = data?.transformerAgeing;
  if (ageing === undefined) {
    if (error !== undefined && !fetching) {
      return <ErrorState title="Its ageing could not be loaded" detail={problemOf(error).message} onRetry={refetch} />;
    }
    return <LoadingState label="Loading the ageing" minHeight={180} />;
  }
  const isPart = ageing.knownHourCount < hours;
  const bound = isPart && ageing.lifeUsedH != null ? 'at least ' : '';
  return (
    <>
      <FactList
        facts={[
          { label: 'Mean ageing factor (1 is normal)', value: formatFactor(ageing.equivalentAgeingFactor) },
          { label: `Life used up, of ${formatQuantity(ageing.normalLifeH, 'h', 0)}`, value: `${bound}${formatQuantity(ageing.lifeUsedH, 'h')}` },
          { label: 'The same as a share', value: `${bound}${formatSmallShare(ageing.lifeUsedPct)}` },
          { label: 'Hottest spot', value: formatQuantity(ageing.peakHotSpotC, '°C', 0) },
          { label: 'In the hour from', value: formatInstant(ageing.peakHotSpotAt, timeZone) },
          { label: 'Hours above 110 °C', value: ageing.knownHourCount === 0 ? formatNumber(null) : formatNumber(ageing.hoursOver110C) },
          { label: 'Hours above 140 °C', value: ageing.knownHourCount === 0 ? formatNumber(null) : formatNumber(ageing.hoursOver140C) },
        ]}
      />
      <Typography variant="caption" component="p" color="textSecondary" sx={{ mt: 0.75 }} data-testid="ageing-known">
        {formatInstant(start, timeZone)} to {formatInstant(end, timeZone)}: the hot spot is known in {formatNumber(ageing.knownHourCount)} of{' '}
        {formatNumber(hours)} hours{isPart ? '; what the others used up is not counted' : ''}.
      </Typography>
    </>
  );
}

/** A share given in percent that may be a few millionths. */
export function formatSmallShare(percent: number | null | undefined): string {
  if (percent == null || percent === 0 || Math.abs(percent) >= 0.01) return formatQuantity(percent, '%', 2);
  return `${percent.toExponential(1).replace('e-', '·10⁻').replace(/\d+$/, superscript)}%`;
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';

function superscript(digits: string): string {
  return digits.replace(/\d/g, (digit) => RAISED.charAt(Number(digit)));
}
