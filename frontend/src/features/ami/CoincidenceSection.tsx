import { useState } from 'react';

import { formatInstant, formatNumber } from '../../lib/format';
import type { Column } from '../../lib/tableColumns';
import { CsvButton } from '../../ui/CsvButton';
import { Figures } from '../../ui/Figures';
import { Note } from '../../ui/Note';
import { EmptyState } from '../../ui/StateMessage';

import { Answer } from './Answer';
import { Choice } from './Choice';
import { fileName } from './context';
import type { TabProps } from './context';
import { clipped, formatPeriod } from './days';
import { formatPower } from './energy';
import { CoincidenceQuery } from './queries';
import { meterFilters, MOST_DAYS_OF_PEAKS, peakMembersOf } from './scope';
import type { PeakMember } from './scope';
import { useAnalysis } from './useAnalysis';

const WORDS: Readonly<Record<PeakMember, string>> = { CIRCUIT: 'Circuits', TRANSFORMER: 'Transformers', METER: 'Meters' };

/** How far the peaks of the parts fall together. */
export function CoincidenceSection(props: TabProps) {
  const { view, may } = props;
  const [wish, setWish] = useState<PeakMember | null>(null);
  const members = peakMembersOf(view, may);
  const [first] = members;
  // A single meter has no peak but its own.
  if (first === undefined || view.scope?.kind === 'METER') return null;
  const shown = wish !== null && members.includes(wish) ? wish : first;
  return <Coincidence {...props} member={shown} members={members} onMember={setWish} />;
}

type CoincidenceProps = TabProps & { member: PeakMember; members: PeakMember[]; onMember: (member: PeakMember) => void };

interface Row {
  members: PeakMember;
  memberCount: number;
  memberPeaksKw: number | null;
  groupPeakKw: number | null;
  groupPeakAt: string | null;
  coincidenceFactor: number | null;
}

const COLUMNS: readonly Column<Row>[] = [
  { key: 'members', label: 'members', value: ({ members }) => members },
  { key: 'count', label: 'members with readings', value: ({ memberCount }) => memberCount },
  { key: 'sum', label: 'sum of their peaks', unit: 'kW', value: ({ memberPeaksKw }) => memberPeaksKw },
  { key: 'peak', label: 'peak of their sum', unit: 'kW', value: ({ groupPeakKw }) => groupPeakKw },
  { key: 'at', label: 'at', value: ({ groupPeakAt }) => groupPeakAt },
  { key: 'factor', label: 'coincidence factor', value: ({ coincidenceFactor }) => coincidenceFactor },
];

function Coincidence({ view, timeZone, member, members, onMember, ...props }: CoincidenceProps) {
  const period = clipped(props.period, MOST_DAYS_OF_PEAKS[member]);
  const analysis = useAnalysis({
    query: CoincidenceQuery,
    variables: { ...period, members: member, filters: meterFilters(view) },
  });
  const found = analysis.data?.coincidence;
  const rows: Row[] =
    found === undefined
      ? []
      : [
          {
            members: member,
            memberCount: found.memberCount,
            memberPeaksKw: found.memberPeaksKw ?? null,
            groupPeakKw: found.groupPeakKw ?? null,
            groupPeakAt: found.groupPeakAt ?? null,
            coincidenceFactor: found.coincidenceFactor ?? null,
          },
        ];
  return (
    <Answer
      title="Coincidence of peaks"
      note={formatPeriod(period) + (period === props.period ? '' : ', the most that is answered at a time')}
      analysis={analysis}
      field="coincidence"
      testId="ami-coincidence"
      tools={
        <>
          <Choice<PeakMember>
            label="Peaks of"
            value={member}
            options={members.map((value) => ({ value, label: WORDS[value] }))}
            onChange={onMember}
          />
          <CsvButton name={fileName('coincidence', view, period)} rows={rows} columns={COLUMNS} what="the coincidence" />
        </>
      }
    >
      {({ coincidence }) =>
        coincidence.memberCount === 0 ? (
          <EmptyState title="None of them has readings of these days" />
        ) : (
          <>
            <Figures
              figures={[
                {
                  label: 'Coincidence factor',
                  value: coincidence.coincidenceFactor == null ? 'not known' : formatNumber(coincidence.coincidenceFactor, 3),
                },
                {
                  label: 'Peak of the sum',
                  value: formatPower(coincidence.groupPeakKw),
                  detail: `hour from ${formatInstant(coincidence.groupPeakAt, timeZone)}`,
                },
                { label: 'Sum of their peaks', value: formatPower(coincidence.memberPeaksKw) },
                { label: `${WORDS[member]} with readings`, value: formatNumber(coincidence.memberCount) },
              ]}
            />
            <Note>1 says that all peak in the same hour. Hourly means, over all hours with readings.</Note>
          </>
        )
      }
    </Answer>
  );
}
