import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { lazy, Suspense, useCallback, useEffect, useMemo, useState } from 'react';
import { useQuery } from 'urql';

import type { Bounds } from '../../lib/boundsGrid';
import { formatNumber, plural } from '../../lib/format';
import { problemOf } from '../../lib/graphql/errors';
import { useUnits } from '../../lib/preferences';
import { fileColumns } from '../../lib/tableColumns';
import { CsvButton } from '../../ui/CsvButton';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { Fold } from '../../ui/Fold';
import { EmptyState, ErrorState, LoadingState } from '../../ui/StateMessage';
import { useColours } from '../../ui/palette';

import { Below } from './Below';
import { Filters } from './Filters';
import { DEFAULT_ADDRESS, readCycles } from './address';
import type { PatchAddress, VegetationAddress } from './address';
import { scopeOf } from './area';
import { cyclesOption } from './charts';
import { CyclesQuery } from './patternQueries';
import type { Cycle } from './patternQueries';
import { dollars, figure, onceIn } from './words';

const Chart = lazy(() => import('../../ui/Chart').then((module) => ({ default: module.Chart })));
const FEET_PER_M = 1 / 0.3048;
const TYPING_MS = 500;

interface Props {
  address: VegetationAddress;
  onChange: PatchAddress;
  bounds: Bounds | null;
}

/** What cycles of other lengths would mean. */
export function CycleView({ address, onChange, bounds }: Props) {
  const colours = useColours();
  const [{ data, error, fetching, stale }, refetch] = useQuery({
    query: CyclesQuery,
    variables: {
      ...scopeOf(address, bounds),
      cyclesYears: [...address.cycles],
      roomM: address.roomM,
      faultsPerContactYear: address.faultsPerContactYear,
      usdPerCrewH: address.usdPerCrewH,
      usdPerCustomerMinute: address.usdPerCustomerMinute,
    },
  });
  const refresh = useCallback(() => refetch({ requestPolicy: 'network-only' }), [refetch]);
  const study = data?.trimmingCycles;
  const option = useMemo(() => (study === undefined ? {} : cyclesOption(study.outcomes, study.currentCycleYears, colours)), [study, colours]);
  return (
    <>
      <Filters address={address} onChange={onChange} hasLevel={false} />
      <Assumptions address={address} onChange={onChange} />
      {study === undefined &&
        (error !== undefined && !fetching ? (
          <ErrorState title="The cycles could not be computed" detail={problemOf(error).message} onRetry={refresh} />
        ) : (
          <LoadingState label="Computing the cycles" minHeight={260} />
        ))}
      {study?.treeCount === 0 && <EmptyState title="No tree is near a bare span of distribution here" />}
      {study !== undefined && study.treeCount > 0 && (
        <>
          <Typography variant="caption" color="textSecondary" component="p" role="status" data-testid="cycle-scope">
            {plural(study.treeCount, 'tree')} at {plural(study.spanCount, 'bare span')}; the settings name a cycle of{' '}
            {plural(study.currentCycleYears, 'year')}
            {study.unknownTreeCount > 0 && `; of ${plural(study.unknownTreeCount, 'tree')} size or growth is not known`}
            {fetching || stale ? ' · computing' : ''}
          </Typography>
          <Suspense fallback={<LoadingState label="Loading the chart" minHeight={230} />}>
            <Chart option={option} heightPx={230} label={`Spans that encroach between visits: ${study.outcomes.map((each) => `${each.encroachingSpans} with a cycle of ${each.cycleYears} years`).join(', ')}`} />
          </Suspense>
          <Box sx={{ display: 'flex', justifyContent: 'flex-end' }}>
            <CsvButton heads="keys" name="trimming-cycles" what="the cycles" rows={study.outcomes} columns={CYCLE_COLUMNS} />
          </Box>
          <DataTable
            label="What each cycle means in its long run"
            testId="cycle"
            rowTestId="cycle"
            maxHeightPx={null}
            isDense
            rows={study.outcomes}
            columns={CYCLE_COLUMNS}
            rowKey={(cycle) => String(cycle.cycleYears)}
            isSelected={(cycle) => cycle.cycleYears === study.currentCycleYears}
          />
          {address.faultsPerContactYear === null && (
            <Alert severity="info" variant="outlined" sx={{ mt: 1, py: 0 }}>
              How often a tree at a conductor makes a fault no record says: give it above, and outages and their cost are computed.
            </Alert>
          )}
          <Typography variant="caption" color="textSecondary" component="p" sx={{ mt: 1 }} data-testid="cycle-strikes">
            With any cycle: falls of whole trees on these spans, expected {onceIn(study.strikesPerYear)}, {figure(study.strikeCustomerMinutesPerYear)}{' '}
            customer-minutes a year.
          </Typography>
          <Fold summary="How it is computed" testId="cycle-assumptions">
            <Box component="ul" sx={{ m: 0, pl: 2 }}>
              {study.assumptions.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </Box>
          </Fold>
        </>
      )}
    </>
  );
}

/** What is assumed, to be changed. */
function Assumptions({ address, onChange }: Pick<Props, 'address' | 'onChange'>) {
  const units = useUnits();
  const factor = units === 'us' ? FEET_PER_M : 1;
  const usual = DEFAULT_ADDRESS.roomM;
  return (
    <Box role="group" aria-label="Assumptions" sx={{ display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(128px, 1fr))', columnGap: 1, rowGap: 1.5, mb: 1, mt: 1.5 }}>
      <Typed
        label="Cycles, years"
        testId="cycle-years"
        value={address.cycles.join(', ')}
        isWrong={(text) => readCycles(text) === null}
        wrong="0.5 to 30, at most 12"
        onValue={(text) => onChange({ cycles: readCycles(text) ?? DEFAULT_ADDRESS.cycles })}
      />
      <Typed
        label={`Extra cut, ${units === 'us' ? 'ft' : 'm'}`}
        title="What a visit leaves free beyond the clearance"
        testId="cycle-room"
        value={String(Number((address.roomM * factor).toFixed(2)))}
        isWrong={(text) => text === '' || !isAmount(text, 10 * factor)}
        wrong={`0 to ${formatNumber(10 * factor)}`}
        onValue={(text) => onChange({ roomM: text === '' ? usual : Number((Number(text) / factor).toFixed(4)) })}
      />
      <Typed
        label="Fault rate, 1/y"
        title="Sustained faults a year of a tree that touches a conductor all the year"
        testId="cycle-faults"
        value={address.faultsPerContactYear === null ? '' : String(address.faultsPerContactYear)}
        isWrong={(text) => !isAmount(text, 1e3)}
        wrong="0 to 1,000"
        onValue={(text) => onChange({ faultsPerContactYear: text === '' ? null : Number(text) })}
      />
      <Typed
        label="Crew, $ an hour"
        testId="cycle-crew"
        value={address.usdPerCrewH === null ? '' : String(address.usdPerCrewH)}
        isWrong={(text) => !isAmount(text, 1e6)}
        wrong="0 to 1,000,000"
        onValue={(text) => onChange({ usdPerCrewH: text === '' ? null : Number(text) })}
      />
      <Typed
        label="$ a customer-minute"
        testId="cycle-minute"
        value={address.usdPerCustomerMinute === null ? '' : String(address.usdPerCustomerMinute)}
        isWrong={(text) => !isAmount(text, 1e6)}
        wrong="0 to 1,000,000"
        onValue={(text) => onChange({ usdPerCustomerMinute: text === '' ? null : Number(text) })}
      />
    </Box>
  );
}

function isAmount(text: string, most: number): boolean {
  return text === '' || (Number(text) >= 0 && Number(text) <= most);
}

interface TypedProps {
  label: string;
  title?: string;
  testId: string;
  value: string;
  isWrong: (text: string) => boolean;
  wrong: string;
  onValue: (text: string) => void;
}

/** A field that is taken once one stops typing, and only if it is right. */
function Typed({ label, title, testId, value, isWrong, wrong, onValue }: TypedProps) {
  const [text, setText] = useState(value);
  const [given, setGiven] = useState(value);
  if (given !== value) {
    setGiven(value);
    setText(value);
  }
  const typed = text.trim();
  const isBad = isWrong(typed);
  useEffect(() => {
    if (typed === value || isBad) return undefined;
    const timer = setTimeout(() => onValue(typed), TYPING_MS);
    return () => clearTimeout(timer);
  }, [typed, value, isBad, onValue]);
  return (
    <TextField
      label={label}
      value={text}
      title={title}
      placeholder="not known"
      error={isBad}
      helperText={isBad ? wrong : undefined}
      onChange={(event) => setText(event.target.value)}
      slotProps={{ inputLabel: { shrink: true }, htmlInput: { maxLength: 60, 'data-testid': testId } }}
    />
  );
}

const CYCLE_COLUMNS: ShownColumn<Cycle>[] = [
  { key: 'cycle_years', label: 'Cycle', isNumber: true, value: (each) => each.cycleYears, cell: (each) => `${each.cycleYears} y` },
  {
    key: 'encroaching_spans',
    label: 'Spans in',
    title: 'Spans with a tree within the clearance before the next visit, with slow to fast growth',
    isNumber: true,
    value: (each) => each.encroachingSpans,
    cell: (each) => (
      <>
        {formatNumber(each.encroachingSpans)}
        <Below>
          {formatNumber(each.encroachingSpansLow)}–{formatNumber(each.encroachingSpansHigh)}
        </Below>
      </>
    ),
  },
  {
    key: 'touching_trees',
    label: 'Touch',
    title: 'Trees at the conductor before the next visit',
    isNumber: true,
    value: (each) => each.touchingTrees,
    cell: (each) => formatNumber(each.touchingTrees),
  },
  {
    key: 'grow_in_faults_per_year',
    label: 'Faults/y',
    title: 'Expected faults a year by trees at a conductor',
    isNumber: true,
    value: (each) => each.growInFaultsPerYear,
    cell: (each) => figure(each.growInFaultsPerYear),
  },
  {
    key: 'grow_in_customer_minutes_per_year',
    label: 'Cust-min/y',
    title: 'Customer-minutes a year that these faults cost, where the customers are known',
    isNumber: true,
    value: (each) => each.growInCustomerMinutesPerYear,
    cell: (each) => figure(each.growInCustomerMinutesPerYear),
  },
  {
    key: 'crew_h_per_year',
    label: 'Crew h/y',
    title: 'Estimated hours of crews in a year',
    isNumber: true,
    value: (each) => each.crewHPerYear,
    cell: (each) => figure(each.crewHPerYear),
  },
  {
    key: 'total_usd_per_year',
    label: '$/y',
    title: 'Trimming, and below it outages, in a year',
    isNumber: true,
    value: (each) => each.totalUsdPerYear,
    cell: (each) => (
      <>
        {dollars(each.trimUsdPerYear)}
        <Below>
          + {dollars(each.outageUsdPerYear)}
        </Below>
      </>
    ),
  },
  ...fileColumns<Cycle>({
    trimmed_trees_a_visit: (each) => each.trimmedTrees,
    trimmed_spans_a_visit: (each) => each.trimmedSpans,
    encroaching_trees: (each) => each.encroachingTrees,
    encroaching_spans_low: (each) => each.encroachingSpansLow,
    encroaching_spans_high: (each) => each.encroachingSpansHigh,
    touching_trees_of_unknown_harm: (each) => each.touchingTreesOfUnknownHarm,
    encroaching_tree_years: (each) => each.encroachingTreeYears,
    contact_tree_years: (each) => each.contactTreeYears,
    trim_usd_per_year: (each) => each.trimUsdPerYear,
    outage_usd_per_year: (each) => each.outageUsdPerYear,
  }),
];
