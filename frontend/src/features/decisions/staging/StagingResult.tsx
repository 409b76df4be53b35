import { useMemo, useState } from 'react';

import { formatNumber, formatQuantity, humanize, plural } from '../../../lib/format';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { Figures } from '../../../ui/Figures';
import { Note } from '../../../ui/Note';
import { EmptyState } from '../../../ui/StateMessage';
import { Loaded } from '../Loaded';
import { Part } from '../Part';
import type { TabProps } from '../context';
import type { StudyRow } from '../queries';
import { formatHours, formatShare, stoppedWords, unitWords } from '../words';

import { CrewsChart } from './CrewsChart';
import { PlanTable } from './PlanTable';
import { Stages } from './Stages';
import { StagingQuery } from './queries';
import type { Staging } from './queries';

type Kind = Staging['kinds'][number];

const KINDS: readonly ShownColumn<Kind>[] = [
  { key: 'kind', label: 'Crew', value: ({ crewKind }) => crewKind, cell: ({ crewKind }) => (crewKind === null ? 'any' : humanize(crewKind)) },
  { key: 'jobs', label: 'Repairs', isNumber: true, value: ({ jobs }) => jobs },
  { key: 'work', label: 'Work', unit: 'h', isNumber: true, value: ({ workHours }) => workHours, cell: ({ workHours }) => formatHours(workHours) },
];

type Placing = Staging['placings'][number];

const PLACINGS: readonly ShownColumn<Placing>[] = [
  { key: 'count', label: 'Places', isNumber: true, value: ({ placeCount }) => placeCount },
  { key: 'hours', label: 'Weighted driving', isNumber: true, value: ({ weightedHours }) => weightedHours, cell: ({ weightedHours }) => formatNumber(weightedHours, 1) },
  {
    key: 'gap',
    label: 'Above the best',
    isNumber: true,
    value: ({ gapFrac }) => gapFrac,
    cell: ({ isExact, gapFrac }) => (isExact ? 'proved to be the best' : gapFrac === null ? 'not known' : `at most ${formatShare(gapFrac, 1)}`),
  },
  { key: 'places', label: 'Where', value: ({ places }) => places.map(({ name }) => name).join('; '), cell: ({ places }) => places.map(({ name, kind }) => name ?? humanize(kind)).join('; ') },
];

type Props = TabProps & { study: StudyRow; isReport: boolean };

/** Where crews wait and how many pay. */
export function StagingResult(props: Props) {
  return (
    <Loaded query={StagingQuery} id={props.study.studyId} what="The places and crews" pick={(data) => data.decisionStudy?.staging}>
      {(found) => <Shown {...props} found={found} />}
    </Loaded>
  );
}

function Shown({ found, study, isReport, ...props }: Props & { found: Staging }) {
  const [crews, setCrews] = useState<number | null>(null);
  const shown = useMemo(() => found.plans.find((plan) => plan.crews === (crews ?? found.recommendedCrews)) ?? found.plans.at(-1), [found, crews]);
  const hours = unitWords(found.unit).hours;
  const recommended = found.plans.find((plan) => plan.crews === found.recommendedCrews);
  const least = found.plans[0];
  return (
    <>
      <Part title="How many crews pay" note={`Study ${study.studyId}`} testId="staging">
        <Figures
          figures={[
            { label: 'Recommended', value: found.recommendedCrews === null ? 'none' : plural(found.recommendedCrews, 'crew'), detail: stoppedWords(found.stoppedBy) },
            { label: 'Without supply then', value: formatQuantity(recommended?.weightedHours, hours), detail: least === undefined ? undefined : `${formatQuantity(least.weightedHours, hours)} with ${plural(least.crews, 'crew')}` },
            { label: 'All back after', value: formatHours(recommended?.allBackH?.mid), detail: recommended?.allBackH == null ? undefined : `${formatHours(recommended.allBackH.low)} to ${formatHours(recommended.allBackH.high)}` },
            { label: 'Places looked at', value: formatNumber(found.candidateCount), detail: found.leftOutCount > 0 ? `${formatNumber(found.leftOutCount)} farther away were not` : undefined },
          ]}
        />
        {found.plans.length === 0 ? (
          <EmptyState title="There is nothing to repair" />
        ) : (
          <>
            <CrewsChart plans={found.plans} recommended={found.recommendedCrews} hours={hours} />
            <PlanTable study={study} plans={found.plans} recommended={found.recommendedCrews} shown={shown?.crews ?? null} hours={hours} onShow={setCrews} />
            <Note>
              Adding one crew at a time is a greedy choice: every plan can be carried out, none is proved to be the best.
              {found.plans.every(({ crewUsd }) => crewUsd === null) && ' No rate is on record for an hour of a crew, so what a crew costs is not known: only the first rule ends the search.'}
            </Note>
          </>
        )}
      </Part>
      {shown !== undefined && <Stages {...props} study={study} plan={shown} isRecommended={shown.crews === found.recommendedCrews} isReport={isReport} />}
      {found.kinds.length > 0 && (
        <Part title="What the repairs need" testId="staging-kinds">
          <DataTable caption="By mean repair times, without driving" rows={found.kinds} columns={KINDS} rowKey={({ crewKind }) => crewKind ?? 'any'} testId="kind-table" />
        </Part>
      )}
      {found.placings.length > 0 && (
        <Part title="The best places" note="For each number of places: the least driving to what waits" testId="staging-placings">
          <DataTable caption={`Weighted driving: ${unitWords(found.unit).amount} that wait, times hours`} rows={found.placings} columns={PLACINGS} rowKey={({ placeCount }) => String(placeCount)} testId="placing-table" />
        </Part>
      )}
    </>
  );
}
