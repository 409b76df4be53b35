import { useMemo, useState } from 'react';

import { formatInstant, formatNumber, formatQuantity } from '../../lib/format';
import { Chart } from '../../ui/Chart';
import { CsvButton } from '../../ui/CsvButton';
import { DataTable } from '../../ui/DataTable';
import type { ShownColumn } from '../../ui/DataTable';
import { Figures } from '../../ui/Figures';
import { EmptyState } from '../../ui/StateMessage';
import { useColours } from '../../ui/palette';

import { Answer } from './Answer';
import { Choice } from './Choice';
import { CoincidenceSection } from './CoincidenceSection';
import { escaped, lineOption } from './charts';
import { fileName } from './context';
import type { TabProps } from './context';
import { clipped, formatPeriod } from './days';
import { formatPower } from './energy';
import { LoadProfileQuery } from './queries';
import type { ProfileHour } from './queries';
import { meterFilters, mostDaysOfProfile } from './scope';
import { useAnalysis } from './useAnalysis';

const HOURS = Array.from({ length: 24 }, (_none, hour) => hour);

const MEASURES = [
  { value: 'meanKw', label: 'Mean' },
  { value: 'p10Kw', label: 'P10' },
  { value: 'p50Kw', label: 'Median' },
  { value: 'p90Kw', label: 'P90' },
  { value: 'maxKw', label: 'Highest' },
] as const;
type MeasureKey = (typeof MEASURES)[number]['value'];

/** The course of the day on working days and weekends, and how far peaks coincide. */
export function ProfileTab(props: TabProps) {
  const { view, timeZone } = props;
  const [measure, setMeasure] = useState<MeasureKey>('meanKw');
  const period = clipped(props.period, mostDaysOfProfile(view.scope));
  const analysis = useAnalysis({ query: LoadProfileQuery, variables: { ...period, filters: meterFilters(view) } });
  return (
    <>
      <Answer
        title="Load by hour of the day"
        note={formatPeriod(period) + (period === props.period ? '' : ', the most that is answered at a time')}
        analysis={analysis}
        field="loadProfile"
        testId="ami-profile"
        minHeight={400}
        tools={
          <>
            <Choice<MeasureKey> label="Of the days" value={measure} options={MEASURES} onChange={setMeasure} />
            <CsvButton
              name={fileName('load-profile', view, period)}
              rows={analysis.data?.loadProfile.hours ?? []}
              columns={COLUMNS}
              what="the profile"
            />
          </>
        }
      >
        {({ loadProfile: profile }) =>
          profile.hourCount === 0 ? (
            <EmptyState
              title="No hour of these days was metered enough"
              detail={`${formatNumber(profile.leftOutHours)} hours were metered to less than 90 %, so their load is not known.`}
            />
          ) : (
            <>
              <Figures
                figures={[
                  { label: 'Mean load', value: formatPower(profile.meanKw) },
                  { label: 'Peak hour', value: formatPower(profile.peakKw), detail: `from ${formatInstant(profile.peakAt, timeZone)}` },
                  { label: 'Load factor', value: formatQuantity(profile.loadFactorPct, '%', 1), detail: 'mean over peak' },
                  {
                    label: 'Hours that count',
                    value: formatNumber(profile.hourCount),
                    detail: profile.leftOutHours === 0 ? undefined : `${formatNumber(profile.leftOutHours)} left out: metered to less than 90 %`,
                    isWarning: profile.leftOutHours > 0,
                  },
                ]}
              />
              <ProfileChart hours={profile.hours} measure={measure} />
              <DataTable
                caption="Load of each hour of the local clock, over all working days and all weekends; holidays are days like others"
                rows={profile.hours}
                columns={COLUMNS}
                rowKey={({ isWeekend, hour }) => `${String(isWeekend)}-${hour}`}
                maxHeightPx={300}
                testId="ami-profile-table"
              />
            </>
          )
        }
      </Answer>
      <CoincidenceSection {...props} />
    </>
  );
}

/** By hour of the clock, null where no hour counts. */
export function courseOf(hours: readonly ProfileHour[], isWeekend: boolean, measure: MeasureKey): (number | null)[] {
  const found = new Map(hours.filter((each) => each.isWeekend === isWeekend).map((each) => [each.hour, each[measure]]));
  return HOURS.map((hour) => found.get(hour) ?? null);
}

function ProfileChart({ hours, measure }: { hours: readonly ProfileHour[]; measure: MeasureKey }) {
  const colours = useColours();
  const label = MEASURES.find(({ value }) => value === measure)?.label ?? '';
  const option = useMemo(() => {
    const workdays = courseOf(hours, false, measure);
    const weekends = courseOf(hours, true, measure);
    const largest = Math.max(...[...workdays, ...weekends].map((value) => value ?? 0));
    const { unit, kw } = largest >= 10_000 ? { unit: 'MW', kw: 1_000 } : { unit: 'kW', kw: 1 };
    const points = (course: (number | null)[]): [string, number | null][] =>
      course.map((value, hour) => [clock(hour), value === null ? null : value / kw]);
    return lineOption(
      [
        { name: 'working days', points: points(workdays), colour: colours.signal.accent },
        { name: 'weekends', points: points(weekends), colour: colours.signal.warn, isDashed: true },
      ],
      {
        unit,
        colours,
        tooltip: (hour) =>
          [
            `${clock(hour)} to ${clock(hour + 1)}, ${label.toLowerCase()}`,
            `working days ${formatPower(workdays[hour])}`,
            `weekends ${formatPower(weekends[hour])}`,
          ]
            .map(escaped)
            .join('<br/>'),
      },
    );
  }, [hours, measure, label, colours]);
  return <Chart option={option} heightPx={240} label={`${label} load by hour of the day, on working days and weekends`} />;
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

const COLUMNS: readonly ShownColumn<ProfileHour>[] = [
  {
    key: 'days',
    label: 'Days',
    value: ({ isWeekend }) => (isWeekend ? 'weekends' : 'working days'),
    cell: ({ isWeekend }) => (isWeekend ? 'weekends' : 'working days'),
  },
  { key: 'hour', label: 'Hour', isNumber: true, value: ({ hour }) => hour, cell: ({ hour }) => clock(hour) },
  ...MEASURES.map(
    ({ value, label }): ShownColumn<ProfileHour> => ({
      key: value,
      label,
      unit: 'kW',
      isNumber: true,
      value: (row) => row[value],
      cell: (row) => formatPower(row[value]),
    }),
  ),
  { key: 'count', label: 'Hours', isNumber: true, value: ({ hourCount }) => hourCount },
];
