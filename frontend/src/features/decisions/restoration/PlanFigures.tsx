import { useMemo } from 'react';

import { formatRange } from '../../../lib/costs/words';
import { formatNumber, formatQuantity, plural } from '../../../lib/format';
import { DataTable } from '../../../ui/DataTable';
import type { ShownColumn } from '../../../ui/DataTable';
import { Figures } from '../../../ui/Figures';
import { Maybe } from '../../../ui/Maybe';
import { Note } from '../../../ui/Note';
import { Part } from '../Part';
import { numberIn } from '../frozen';
import type { StudyRow } from '../queries';
import { formatHours, formatShare, unitWords } from '../words';

import type { Plan, Step } from './queries';

type Milestone = Plan['milestones'][number];

const MILESTONES: readonly ShownColumn<Milestone>[] = [
  { key: 'share', label: 'Back', isNumber: true, value: ({ shareFrac }) => shareFrac, cell: ({ shareFrac }) => formatShare(shareFrac) },
  ...(
    [
      ['plannedH', 'Planned'],
      ['p20H', 'P20'],
      ['p50H', 'P50'],
      ['p80H', 'P80'],
    ] as const
  ).map(([key, label]): ShownColumn<Milestone> => ({
    key,
    label,
    unit: 'h',
    isNumber: true,
    value: (milestone) => milestone[key],
    cell: (milestone) => <Maybe text={formatHours(milestone[key])} />,
  })),
];

/** How good a plan is, and how good one could be at most. */
export function PlanFigures({ study, plan, steps }: { study: StudyRow; plan: Plan; steps: readonly Step[] }) {
  const words = unitWords(plan.unit);
  const used = useMemo(() => new Set(steps.map(({ crew }) => crew)).size, [steps]);
  const given = numberIn(study.inputs, 'crews');
  const first = steps.filter(({ isCritical }) => isCritical).length;
  const unsafe = steps.filter(({ wouldTrip }) => wouldTrip !== null && wouldTrip > 0).length;
  return (
    <Part title="The plan" note={`Study ${study.studyId}`} testId="plan-figures">
      <Figures
        figures={[
          { label: 'All repaired after', value: formatHours(plan.makespanH), detail: 'planned' },
          { label: 'Jobs', value: formatNumber(plan.stepCount), detail: `${formatNumber(first)} go first` },
          { label: 'Crews', value: `${formatNumber(used)} of ${formatNumber(given)}`, detail: used === given ? 'all are used' : 'used' },
          { label: 'Hours of crews', value: formatRange(plan.crewHours, formatHours), detail: 'P50 (P20 to P80)' },
          { label: 'Without supply', value: formatQuantity(plan.weightedHours, words.hours), detail: `no plan below ${formatQuantity(plan.lowerBoundHours, words.hours)}` },
          {
            label: 'Above the best',
            value: plan.gapFrac === null ? 'not known' : plan.gapFrac <= 1e-9 ? 'nothing' : `at most ${formatShare(plan.gapFrac, 1)}`,
            detail: plan.gapFrac !== null && plan.gapFrac <= 1e-9 ? 'proved to be the best' : 'optimality gap',
          },
        ]}
      />
      <DataTable caption={`When a share of what was lost is back (${words.amount})`} rows={plan.milestones} columns={MILESTONES} rowKey={({ shareFrac }) => String(shareFrac)} testId="milestones" />
      <Note>
        {plan.isVerified ? 'Each step was simulated on the network.' : 'The steps were not simulated: the plan has more than 300.'}
        {unsafe > 0 && ` After ${plural(unsafe, 'step')} branches would be overloaded: redispatch before.`}
        {plan.hasTravel ? ' Driving is counted.' : ' No driving is counted: there are no stages.'}
        {plan.unattributedMw > 0.05 && ` ${formatQuantity(plan.unattributedMw, 'MW', 1)} come back by no single job.`}
        {plan.unattributedCustomers !== null && plan.unattributedCustomers > 0 && ` ${plural(plan.unattributedCustomers, 'customer')} are brought back by no repair.`}
        {plan.withoutPlaceCount !== null && plan.withoutPlaceCount > 0 && ` ${plural(plan.withoutPlaceCount, 'failed element')} have no place in the network.`}
        {plan.unit !== 'CUSTOMERS' && ` Jobs are weighed by load: customers are on record for ${formatShare(plan.coverageFrac)} of it.`}
        {plan.switching !== null &&
          plan.switching.stepCount > 0 &&
          ` Before it, ${plural(plan.switching.stepCount, 'switching step')} until ${formatHours(plan.switching.doneH)} bring back ${plural(plan.switching.restoredCustomers, 'customer')}; the hours begin then.`}
        {plan.samples !== null && ` P20, P50 and P80 are of ${plural(plan.samples, 'draw')}, each repair by itself: weather that delays all at once is not in them.`}
      </Note>
    </Part>
  );
}
